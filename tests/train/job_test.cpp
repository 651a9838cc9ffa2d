#include "train/job.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <imps/model_file.h>

#include "dataset/writer.h"
#include "tests/support/folder.h"
#include "tests/train/lesson.h"

namespace imps::train {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Desk {
  test::Folder folder;
  std::vector<Json> told;
  std::atomic<bool> stop{false};
  std::function<void(const Json&)> also;

  Job job(std::uint64_t epochs = 5) {
    const fs::path path = folder.path() / "data.npz";
    if (!fs::exists(path)) {
      EXPECT_TRUE(write_dataset(path, test::swells(3, 3, 200)));
    }
    return {
        .datasets = {path},
        .layers = 1,
        .units = 8,
        .mixtures = 2,
        .changes = R"({"patience":0,"least_batches":0,"epochs":)" + std::to_string(epochs) + "}",
        .seed = 3,
        .threads = 2,
        .folder = folder.path() / "models",
        .checkpoints = folder.path() / "checkpoints"};
  }
  Result<void> run_job(const Job& job) {
    told.clear();
    return run(
        job, nullptr,
        [this](const Json& message) {
          told.push_back(message);
          if (also) also(message);
        },
        stop);
  }
  [[nodiscard]] const Json& last() const { return told.back(); }
  [[nodiscard]] std::size_t files(const char* name, const char* extension) const {
    std::size_t count = 0;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder.path() / name, error))
      count += entry.path().extension() == extension ? 1 : 0;
    return count;
  }
};

TEST(Job, LeavesOneModelThatSaysWhatItIsMadeOf) {
  Desk desk;
  ASSERT_TRUE(desk.run_job(desk.job()));
  ASSERT_EQ(desk.last().at("event"), "done");
  const auto model = read_model_file(desk.last().at("model").get<std::string>());
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->weights.sizes, (Sizes{.dimension = 3, .layers = 1, .units = 8, .mixtures = 2}));
  const std::map<std::string, std::string> card(model->notes.begin(), model->notes.end());
  EXPECT_EQ(card.at("dataset"), "data.npz");
  EXPECT_EQ(card.at("dataset_digest"), Dataset::open(desk.folder.path() / "data.npz")->digest());
  EXPECT_EQ(card.at("rows"), "600");
  EXPECT_EQ(card.at("seed"), "3");
  EXPECT_EQ(card.at("recipe"), "imps-1");
  EXPECT_NEAR(std::stod(card.at("val_nll")), desk.last().at("val_nll").get<double>(), 1e-4);
  EXPECT_NEAR(std::stod(card.at("minutes")), 0.5, 0.01);
  EXPECT_EQ(desk.files("models", ".safetensors"), 1U);
  EXPECT_EQ(desk.files("models", ".svg"), 1U);
  EXPECT_EQ(desk.files("checkpoints", ".checkpoint"), 0U);
}

TEST(Job, HoldsOutTheRowsThatItsWindowsMake) {
  Desk desk;
  Job job = desk.job();
  job.changes = R"({"steps":100,"patience":0,"least_batches":0,"epochs":1})";
  ASSERT_TRUE(desk.run_job(job));
  const Json& start = desk.told.front();
  ASSERT_EQ(start.at("event"), "start");
  // Three takes of 200 rows have 300 windows of 101: the 271st begins at row 70 of the last.
  EXPECT_EQ(start.at("training_rows"), 200 + 200 + 71);
  EXPECT_EQ(start.at("validation_rows"), 130);
}

TEST(Job, NeverOverwritesAModel) {
  Desk desk;
  ASSERT_TRUE(desk.run_job(desk.job()));
  ASSERT_TRUE(desk.run_job(desk.job()));
  EXPECT_EQ(desk.files("models", ".safetensors"), 2U);
  Job named = desk.job();
  named.output = desk.folder.path() / "mine.safetensors";
  ASSERT_TRUE(desk.run_job(named));
  std::ofstream(desk.folder.path() / "mine-2.svg") << "precious";
  ASSERT_TRUE(desk.run_job(named));
  EXPECT_EQ(fs::path(desk.last().at("model").get<std::string>()),
            desk.folder.path() / "mine-2.safetensors");
  EXPECT_EQ(fs::path(desk.last().at("plot").get<std::string>()),
            desk.folder.path() / "mine-2-2.svg");
  EXPECT_EQ(test::read_text(desk.folder.path() / "mine-2.svg"), "precious");
}

TEST(Job, StoppedKeepsTheBestAndResumesToTheSameModel) {
  Desk whole;
  ASSERT_TRUE(whole.run_job(whole.job(60)));
  const auto expected = read_model_file(whole.last().at("model").get<std::string>());

  Desk cut;
  cut.also = [&](const Json& message) { cut.stop = message.at("event") == "epoch"; };
  ASSERT_TRUE(cut.run_job(cut.job(60)));
  EXPECT_EQ(cut.last().at("ending"), "stopped");
  EXPECT_TRUE(read_model_file(cut.last().at("model").get<std::string>()));
  ASSERT_EQ(cut.files("checkpoints", ".checkpoint"), 1U);

  Job again = cut.job();
  again.datasets.clear();
  again.resume = fs::directory_iterator(cut.folder.path() / "checkpoints")->path();
  again.threads = 1;
  cut.also = nullptr;
  cut.stop = false;
  ASSERT_TRUE(cut.run_job(again));
  EXPECT_EQ(cut.last().at("ending"), "finished");
  const auto resumed = read_model_file(cut.last().at("model").get<std::string>());
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->weights.mus.kernel, expected->weights.mus.kernel);
  EXPECT_EQ(resumed->weights.lstm[0].kernel, expected->weights.lstm[0].kernel);
  EXPECT_EQ(cut.files("checkpoints", ".checkpoint"), 0U);
}

TEST(Job, StoppedWithANameOfItsOwnGoesOnAndFindsAFreeOne) {
  Desk desk;
  Job named = desk.job(40);
  named.output = desk.folder.path() / "mine.safetensors";
  desk.also = [&desk](const Json& message) {
    if (message.value("epoch", 0) == 3) desk.stop = true;
  };
  ASSERT_TRUE(desk.run_job(named));
  ASSERT_EQ(desk.last().at("ending"), "stopped");
  Job again = named;
  again.resume = desk.told.front().at("checkpoint").get<std::string>();
  desk.stop = false;
  desk.also = nullptr;
  ASSERT_TRUE(desk.run_job(again));
  EXPECT_EQ(fs::path(desk.last().at("model").get<std::string>()),
            desk.folder.path() / "mine-2.safetensors");
  EXPECT_EQ(desk.files("checkpoints", ".checkpoint"), 0U);
}

TEST(Job, TakesTheSameDataOnceAndSaysWhatCannotBeRight) {
  Desk desk;
  Job job = desk.job(1);
  const fs::path copy = desk.folder.path() / "copy.npz";
  fs::copy_file(job.datasets[0], copy);
  job.datasets.push_back(copy);
  ASSERT_TRUE(desk.run_job(job));
  EXPECT_EQ(desk.told.front().at("rows"), 600);
  EXPECT_EQ(desk.told.at(1).at("text"),
            copy.string() + " holds what another one does: it is left out");

  const Dataset swells = test::swells(3, 3, 200);
  std::vector<float> odd(static_cast<std::size_t>(swells.rows()) * 3);
  ASSERT_TRUE(swells.read(0, odd));
  odd[3 * 10] = -0.5F;
  odd[3 * 11 + 1] = 1.5F;
  odd[3 * 12 + 2] = -1;
  odd[3 * 13] = 90'000;
  const fs::path path = desk.folder.path() / "odd.npz";
  ASSERT_TRUE(write_dataset(
      path, Dataset::from_values(3, odd, {swells.takes().begin(), swells.takes().end()})));
  job.datasets = {path};
  ASSERT_TRUE(desk.run_job(job));
  const auto text = [&desk](std::size_t k) {
    return desk.told.at(k).at("text").get<std::string>();
  };
  EXPECT_EQ(text(1).substr(0, 28), "1 row has a negative dt: tim");
  EXPECT_EQ(text(2).substr(0, 28), "1 row comes after a rest of ");
  EXPECT_EQ(text(3).substr(0, 28), "2 values lie outside 0 to 1:");
}

TEST(Job, WillNotResumeOnOtherData) {
  Desk desk;
  desk.also = [&](const Json& message) { desk.stop = message.at("event") == "epoch"; };
  ASSERT_TRUE(desk.run_job(desk.job(60)));
  ASSERT_TRUE(write_dataset(desk.folder.path() / "data.npz", test::swells(3, 3, 201)));
  Job again = desk.job();
  again.resume = fs::directory_iterator(desk.folder.path() / "checkpoints")->path();
  const auto refused = desk.run_job(again);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("not the dataset it was"), std::string::npos);
}

TEST(Job, RefusesDatasetsOfDifferentDimensions) {
  Desk desk;
  Job job = desk.job();
  job.datasets.push_back(desk.folder.path() / "other.npz");
  ASSERT_TRUE(write_dataset(job.datasets.back(), test::swells(5, 1, 100)));
  const auto refused = desk.run_job(job);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("dimension"), std::string::npos);
}

TEST(Job, LearnsFromSeveralDatasetsAsFromOne) {
  Desk desk;
  Job job = desk.job();
  job.datasets.push_back(desk.folder.path() / "other.npz");
  ASSERT_TRUE(write_dataset(job.datasets.back(), test::swells(3, 1, 100)));
  ASSERT_TRUE(desk.run_job(job));
  EXPECT_EQ(desk.told.front().at("rows"), 700);
  EXPECT_EQ(desk.told.front().at("takes"), 4);
}

TEST(Job, SurvivesJson) {
  Desk desk;
  Job job = desk.job();
  job.output = "a.safetensors";
  const auto read = parse_job(job_json(job));
  ASSERT_TRUE(read);
  EXPECT_EQ(job_json(*read), job_json(job));
  EXPECT_FALSE(parse_job(Json::object()));
}

}  // namespace
}  // namespace imps::train
