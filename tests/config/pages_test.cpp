// What the project shows of its configuration is what it has.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "config/keys.h"
#include "config/read.h"
#include "config/reference.h"
#include "config/schema.h"
#include "config/write.h"

namespace imps {
namespace {

const Settings kDefaults;

using testing::HasSubstr;
using testing::IsEmpty;

const std::filesystem::path kSource = IMPS_SOURCE_DIR;

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// With IMPS_REGENERATE=1 in the environment, tests of generated files write them instead.
bool regenerating() { return std::getenv("IMPS_REGENERATE") != nullptr; }

TEST(ConfigurationPage, HoldsTheReferenceAsTheTableSaysIt) {
  const auto path = kSource / "doc/configuration.md";
  constexpr std::string_view kFrom = "<!-- the table of keys, made by print_reference() -->\n";
  constexpr std::string_view kTo = "<!-- end of the table of keys -->\n";
  std::string page = content(path);
  const std::size_t from = page.find(kFrom);
  const std::size_t to = page.find(kTo);
  ASSERT_NE(from, std::string::npos);
  ASSERT_NE(to, std::string::npos);
  const std::size_t start = from + kFrom.size();
  const std::string reference = "\n" + print_reference() + "\n";
  if (regenerating()) {
    page.replace(start, to - start, reference);
    std::ofstream(path, std::ios::binary) << page;
    GTEST_SKIP() << "wrote doc/configuration.md";
  }
  EXPECT_EQ(page.substr(start, to - start), reference)
      << "run config_test with IMPS_REGENERATE=1 to write the page anew";
}

TEST(ConfigurationSchema, IsTheOneThatTheTableMakes) {
  const auto path = kSource / "doc/configuration.schema.json";
  if (regenerating()) {
    std::ofstream(path, std::ios::binary) << print_schema();
    GTEST_SKIP() << "wrote doc/configuration.schema.json";
  }
  EXPECT_EQ(content(path), print_schema())
      << "run config_test with IMPS_REGENERATE=1 to write it anew";
}

TEST(ConfigurationSchema, HasEveryKeyAndMarksThoseOfImpsy) {
  const auto schema = nlohmann::json::parse(print_schema());
  EXPECT_EQ(schema["$schema"], "http://json-schema.org/draft-07/schema#");
  for (const Key& key : keys()) {
    const nlohmann::json* at = &schema["properties"];
    if (const std::string in(section(key)); !in.empty()) {
      ASSERT_TRUE(at->contains(in)) << key.path;
      at = &at->at(in);
      if (at->contains("anyOf")) at = &at->at("anyOf").at(0);
      EXPECT_EQ(at->at("additionalProperties"), false);
      at = &at->at("properties");
    }
    ASSERT_TRUE(at->contains(std::string(leaf(key)))) << key.path;
    const nlohmann::json* one = &at->at(std::string(leaf(key)));
    if (key.path == "log") one = &one->at("anyOf").at(1);
    EXPECT_THAT(one->at("description").get<std::string>(),
                testing::StartsWith(std::string(key.documentation)));
    const bool deprecated =
        key.standing == Key::Standing::impsy || key.standing == Key::Standing::no_effect;
    EXPECT_EQ(one->value("deprecated", false), deprecated) << key.path;
    EXPECT_EQ(one->contains("default"), key.get != nullptr && !default_text(key).empty())
        << key.path;
  }
}

TEST(ConfigurationSchema, TakesEveryNameOfAMode) {
  const auto schema = nlohmann::json::parse(print_schema());
  const auto& mode = schema["properties"]["interaction"]["properties"]["mode"]["anyOf"];
  const std::regex names(mode.at(1).at("pattern").get<std::string>());
  for (const char* const name :
       {"callresponse", "Call-Response", "call_response", "polyphony", "filter", "harmony",
        "BATTLE", "independent", "user-only", "polyfony", "", "battles"})
    EXPECT_EQ(std::regex_match(name, names), mode_from_name(name).has_value()) << name;
}

TEST(Configs, HoldTheDefaultsAsImpsWritesThem) {
  const auto path = kSource / "configs/imps.toml";
  if (regenerating()) {
    std::ofstream(path, std::ios::binary) << write_config(kDefaults);
    GTEST_SKIP() << "wrote configs/imps.toml";
  }
  EXPECT_EQ(content(path), write_config(kDefaults))
      << "run config_test with IMPS_REGENERATE=1 to write it anew";
}

TEST(Configs, AreAllReadWithoutAWord) {
  int read = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kSource / "configs")) {
    if (entry.path().extension() != ".toml") continue;
    const ConfigRead config = read_config_file(entry.path());
    for (const auto* list : {&config.errors, &config.warnings}) {
      for (const Diagnostic& diagnostic : *list)
        ADD_FAILURE() << to_text(diagnostic);
    }
    EXPECT_FALSE(config.impsy) << entry.path();
    ++read;
  }
  EXPECT_GE(read, 4);
}

}  // namespace
}  // namespace imps
