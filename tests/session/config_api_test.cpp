#include "session/config_api.h"

#include <string>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/support/folder.h"

namespace imps::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class ConfigApi : public ::testing::Test {
 protected:
  ApiReply put(const std::string& text) {
    bool written = false;
    ApiReply reply = answer_config(
        {.method = "PUT", .path = {}, .body = json{{"text", text}}.dump()}, path_, written);
    EXPECT_EQ(written, reply.status == 200);
    return reply;
  }

  Folder folder_;
  std::filesystem::path path_ = folder_ / "imps.toml";
};

TEST_F(ConfigApi, TakesNoPathThatLeadsOutOfTheFolder) {
  for (const char* const text :
       {"[log]\nfolder = \"/tmp/elsewhere\"\n", "[model]\nfolder = \"a/../../b\"\n",
        "[model]\nfile = \"../mine.keras\"\n", "[web]\ncertificate = \"/etc/ssl/cert.pem\"\n",
        "[scenes.a]\nmodel.file = \"/mine.keras\"\n"}) {
    const ApiReply reply = put(text);
    EXPECT_EQ(reply.status, 400U) << text;
    EXPECT_THAT(reply.body, HasSubstr("lies outside the folder that imps was started in"));
    EXPECT_FALSE(std::filesystem::exists(path_));
  }
  EXPECT_EQ(put("[log]\nfolder = \"a/../logs\"\n[model]\nfile = \"built-in-4\"\n").status, 200U);
}

TEST_F(ConfigApi, SaysOfSuchAPathWhereItStandsBeforeItIsSaved) {
  bool written = false;
  const json body{{"text", "[model]\nfile = \"/etc/passwd\"\n"}, {"dry_run", true}};
  const ApiReply reply =
      answer_config({.method = "PUT", .path = {}, .body = body.dump()}, path_, written);
  EXPECT_EQ(reply.status, 200U);
  const json errors = json::parse(reply.body)["errors"];
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0]["line"], 2);
  EXPECT_THAT(errors[0]["text"].get<std::string>(), HasSubstr("/etc/passwd lies outside"));
}

TEST_F(ConfigApi, LeavesAPathThatIsInTheFileAlready) {
  const std::string text = "[log]\nfolder = \"/var/lib/imps/logs\"\n";
  folder_.write("imps.toml", text);
  EXPECT_EQ(put(text + "quota = \"1 GB\"\n").status, 200U);
  EXPECT_EQ(put("[log]\nfolder = \"/var/lib/imps\"\n").status, 400U) << "another one";
  EXPECT_EQ(read_text(path_), text + "quota = \"1 GB\"\n");
}

}  // namespace
}  // namespace imps::test
