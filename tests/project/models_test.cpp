// Models as the API shows, takes and gives them.
#include "tests/support/models.h"

#include <gtest/gtest.h>

#include "model/files/safetensors.h"
#include "tests/project/studio.h"

namespace imps {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::Studio;

std::string model_bytes(int dimension = 3, const files::Notes& card = {{"val_nll", "-3.5"}}) {
  const auto bytes = files::write_safetensors(
      test::random_weights({.dimension = dimension, .layers = 2, .units = 16, .mixtures = 5}, 1),
      card);
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

TEST(Models, AreListedWithTheirCardsAndTheirFaults) {
  Studio studio;
  studio.folder.write("models/a.safetensors", model_bytes());
  studio.folder.write("models/cut.safetensors", model_bytes().substr(0, 3000));
  studio.folder.write("models/a.svg", "<svg/>");
  studio.folder.write("models/junk.h5", "junk");
  studio.folder.write("models/.hidden.safetensors", model_bytes());
  studio.folder.write("outside.safetensors", model_bytes());
  fs::create_symlink(studio / "outside.safetensors", studio / "models/link.safetensors");
  studio.playing_model = "models/a.safetensors";
  fs::last_write_time(studio / "models/a.safetensors",
                      fs::file_time_type::clock::now() + std::chrono::hours(1));
  const json models = studio.get("models");
  ASSERT_EQ(models.size(), 3U) << models.dump(1);
  const json& a = models[0];
  EXPECT_EQ(a["file"], "a.safetensors");
  EXPECT_EQ(a["dimension"], 3);
  EXPECT_EQ(a["words"], "dimension 3, xxs (2 × 16 units, 5 mixtures)");
  EXPECT_EQ(a["playing"], true);
  EXPECT_EQ(a["card"]["val_nll"], "-3.5");
  EXPECT_EQ(a["error"], json());
  EXPECT_EQ(a["bytes"], model_bytes().size());
  for (std::size_t k = 1; k < 3; ++k) {
    EXPECT_EQ(models[k]["playing"], false);
    EXPECT_EQ(models[k]["card"], json());
    const std::string error = models[k]["error"];
    EXPECT_TRUE(error.starts_with(models[k]["file"].get<std::string>() + ": ")) << error;
  }
}

TEST(Models, AreReadAgainOnlyWhenTheyHaveChanged) {
  Studio studio;
  const fs::path file = studio.folder.write("models/a.safetensors", model_bytes());
  const auto written = fs::last_write_time(file);
  EXPECT_EQ(studio.get("models")[0]["error"], json());
  studio.folder.write("models/a.safetensors", std::string(model_bytes().size(), 'x'));
  fs::last_write_time(file, written);
  EXPECT_EQ(studio.get("models")[0]["error"], json());
  fs::last_write_time(file, written + std::chrono::seconds(1));
  EXPECT_NE(studio.get("models")[0]["error"], json());
}

TEST(Models, CardsThatAreNoUtf8AreShownAllTheSame) {
  Studio studio;
  std::string bytes = model_bytes(3, {{"instrument", "spoiled"}});
  bytes[bytes.find("spoiled")] = '\xff';
  studio.folder.write("models/a.safetensors", bytes);
  EXPECT_EQ(studio.ask("GET", "models").status, 200U);
}

TEST(Models, AreUploadedDownloadedAndPlayed) {
  Studio studio;
  EXPECT_EQ(studio.ask("PUT", "models/mine.safetensors", model_bytes()).status, 201U);
  EXPECT_EQ(studio.get("models").size(), 1U);
  const auto file = studio.ask("GET", "models/mine.safetensors");
  EXPECT_EQ(file.body, model_bytes());
  EXPECT_EQ(file.download, "mine.safetensors");
  EXPECT_EQ(studio.ask("POST", "models/mine.safetensors/play").status, 200U);
  ASSERT_EQ(studio.played.size(), 1U);
  EXPECT_EQ(studio.played[0], "models/mine.safetensors");
  EXPECT_EQ(studio.ask("POST", "models/none.safetensors/play").status, 404U);
  studio.folder.write("models/stubborn.safetensors", model_bytes());
  const auto refused = studio.ask("POST", "models/stubborn.safetensors/play");
  EXPECT_EQ(refused.status, 409U);
  EXPECT_EQ(refused.error(), "it does not want to");
}

TEST(Models, ThatAreBuiltInArePlayedByTheirNames) {
  Studio studio;
  EXPECT_EQ(studio.ask("POST", "models/built-in-4/play").status, 200U);
  ASSERT_EQ(studio.played.size(), 1U);
  EXPECT_EQ(studio.played[0], "built-in-4");
  for (const char* const name : {"built-in-", "built-in-x", "built-in-1234", "built-in"})
    EXPECT_EQ(studio.ask_parts("POST", {"models", name, "play"}).status, 404U) << name;
  EXPECT_EQ(studio.ask("GET", "models/built-in-4").status, 404U) << "there is no file to be had";
  EXPECT_EQ(studio.ask("GET", "models/built-in-4/play").status, 405U);
}

TEST(Models, ThatCannotBePlayedAreNotTaken) {
  Studio studio;
  const std::string whole = model_bytes();
  for (const std::string& bytes :
       {std::string(), std::string("hello"), whole.substr(0, 100),
        whole.substr(0, whole.size() - 1), whole + 'x',
        std::string("\x89HDF\r\n\x1a\n") + std::string(500, 'x'),
        std::string("PK\x03\x04") + std::string(500, 'x'), std::string("<html>")}) {
    const auto answer = studio.ask("PUT", "models/bad.safetensors", bytes);
    EXPECT_EQ(answer.status, 400U) << bytes.size();
    EXPECT_TRUE(answer.error().starts_with("bad.safetensors: ")) << answer.error();
  }
  EXPECT_TRUE(fs::is_empty(studio / "models"));
  EXPECT_EQ(studio.changes("models"), 0U);
}

TEST(Models, AreNeverOverwritten) {
  Studio studio;
  studio.folder.write("models/a.safetensors", "precious");
  fs::create_symlink("nowhere", studio / "models/link.safetensors");
  EXPECT_EQ(studio.ask("PUT", "models/a.safetensors", model_bytes()).status, 409U);
  EXPECT_EQ(studio.ask("PUT", "models/link.safetensors", model_bytes()).status, 409U);
  EXPECT_EQ(test::read_text(studio / "models/a.safetensors"), "precious");
}

TEST(Models, NamesThatAreNoneLeadNowhere) {
  Studio studio;
  studio.folder.write("secret.safetensors", model_bytes());
  studio.folder.write("models/a.safetensors", model_bytes());
  for (const std::string& name :
       {std::string("../secret.safetensors"), std::string("..\\x.safetensors"),
        std::string(".safetensors"), std::string(".x.safetensors"), std::string("x"),
        std::string("x.svg"), std::string("x.safetensors\0", 14), std::string("a\n.h5"),
        std::string(), std::string("\xff.h5"), std::string(300, 'x') + ".h5"}) {
    EXPECT_EQ(studio.ask_parts("PUT", {"models", name}, model_bytes()).status, 400U) << name;
    EXPECT_EQ(studio.ask_parts("GET", {"models", name}).status, 404U) << name;
    EXPECT_EQ(studio.ask_parts("DELETE", {"models", name}).status, 404U) << name;
    EXPECT_EQ(studio.ask_parts("POST", {"models", name, "play"}).status, 404U) << name;
  }
  EXPECT_TRUE(studio.played.empty());
  EXPECT_EQ(studio.get("models").size(), 1U);
}

TEST(Models, GoIntoTheTrashUnlessTheyPlay) {
  Studio studio;
  studio.folder.write("models/a.safetensors", model_bytes());
  studio.folder.write("models/a.svg", "<svg/>");
  studio.playing_model = (studio / "models/a.safetensors").string();
  EXPECT_EQ(studio.ask("DELETE", "models/a.safetensors").status, 409U);
  studio.playing_model.clear();
  const auto answer = studio.ask("DELETE", "models/a.safetensors");
  ASSERT_EQ(answer.status, 200U);
  EXPECT_TRUE(fs::is_empty(studio / "models"));
  EXPECT_EQ(studio.get("trash")[0]["kind"], "model");
  EXPECT_EQ(studio.ask("POST", "trash/" + answer.json["trash"].get<std::string>()).status, 200U);
  EXPECT_TRUE(fs::exists(studio / "models/a.svg"));
  EXPECT_EQ(studio.get("models")[0]["error"], json());
}

}  // namespace
}  // namespace imps
