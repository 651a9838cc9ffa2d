// `imps evaluate` as a person and a script use it.
#include <cmath>
#include <fstream>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "dataset/dataset.h"
#include "dataset/writer.h"
#include "model/built_in/built_in.h"
#include "model/files/safetensors.h"
#include "tests/cli/program.h"
#include "tests/support/reference.h"

namespace imps::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A dataset of some takes, of a MIDI controller's values.
void write_takes(const fs::path& path, int dimension, std::uint64_t rows) {
  fs::create_directories(path.parent_path());
  auto writer = DatasetWriter::create(path, dimension);
  ASSERT_TRUE(writer.has_value()) << writer.error().message;
  for (const char* const take : {"a.log", "b.log"}) {
    writer->begin_take(take);
    std::vector<float> values;
    for (std::uint64_t row = 0; row < rows; ++row)
      for (int d = 0; d < dimension; ++d)
        values.push_back(d == 0 ? 0.02F
                                : static_cast<float>((row * static_cast<std::uint64_t>(d)) % 128) /
                                      127.0F);
    ASSERT_TRUE(writer->add(values).has_value());
  }
  ASSERT_TRUE(writer->finish().has_value());
}

std::string real_model(const fs::path& reference, int dimension, const char* ending) {
  return (reference / ("real/models/musicMDRNN-dim" + std::to_string(dimension) +
                       "-layers2-units64-mixtures5-scale10"))
             .string() +
         ending;
}

TEST(EvaluateCommand, TakesTheNewestOfBothWhenNoneIsNamed) {
  Folder folder;
  write_takes(folder.path() / "datasets/training-dataset-3d.npz", 3, 120);
  const Outcome outcome = imps(folder.path(), {"evaluate"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("datasets/training-dataset-3d.npz: the newest in datasets/"));
  EXPECT_THAT(outcome.err, HasSubstr("the built-in model: there is none of dimension 3"));
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("bits a frame"), HasSubstr("x_2 (7-bit)"), HasSubstr("hold last"),
                    HasSubstr("playing alone"), HasSubstr("judged by 238 frames of 2 takes")));
}

TEST(EvaluateCommand, TakesADatasetWhereverItStands) {
  Folder folder;
  write_takes(folder.path() / "elsewhere.npz", 3, 120);
  const Outcome outcome = imps(folder.path(), {"evaluate", "built-in-3", "elsewhere.npz"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("elsewhere.npz"), HasSubstr("judged by 238 frames")));
}

/// Writes a model of dimension 3 whose card says this.
void write_model(const fs::path& path,
                 const std::vector<std::pair<std::string, std::string>>& card) {
  const auto bytes = files::write_safetensors(built_in_model_file(3).weights, card);
  ASSERT_TRUE(bytes.has_value()) << bytes.error().message;
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes->data()),
             static_cast<std::streamsize>(bytes->size()));
}

TEST(EvaluateCommand, JudgesByWhatAModelHasNotLearntFrom) {
  Folder folder;
  write_takes(folder.path() / "datasets/some.npz", 3, 120);
  const std::string digest = Dataset::open(folder.path() / "datasets/some.npz")->digest();
  write_model(folder.path() / "here.safetensors", {{"dataset_digest", digest}});
  write_model(folder.path() / "short.safetensors",
              {{"dataset_digest", digest}, {"recipe_settings", R"({"steps": 20})"}});
  write_model(folder.path() / "elsewhere.safetensors", {{"dataset_digest", std::string(64, 'a')}});
  write_model(folder.path() / "both.safetensors",
              {{"dataset_digest", digest + ", " + std::string(64, 'a')}});
  const auto judged = [&](const std::vector<std::string>& models) {
    std::vector<std::string> arguments{"evaluate", "--json", "--frames", "10"};
    arguments.insert(arguments.end(), models.begin(), models.end());
    const Outcome outcome = imps(folder.path(), arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return json::parse(outcome.out, nullptr, false);
  };
  // 140 windows of 51 rows: from row 57 of the second take. 200 of 21: from row 81.
  EXPECT_EQ(judged({"here.safetensors"})["frames"], 120 - 57);
  EXPECT_EQ(judged({"here.safetensors"})["models"][0]["trained_on_this_dataset"], true);
  EXPECT_EQ(judged({"short.safetensors"})["frames"], 120 - 81);
  EXPECT_EQ(judged({"here.safetensors", "short.safetensors"})["frames"], 120 - 81)
      << "what neither has learnt from";
  EXPECT_EQ(judged({"here.safetensors", "--split", "all"})["frames"], 238);
  EXPECT_EQ(judged({"elsewhere.safetensors"})["frames"], 238);
  EXPECT_EQ(judged({"both.safetensors"})["frames"], 238);
  EXPECT_THAT(imps(folder.path(), {"evaluate", "both.safetensors"}).err,
              HasSubstr("was trained on this dataset and others together"));
  write_model(folder.path() / "before.safetensors",
              {{"dataset", "some.npz"}, {"dataset_digest", std::string(64, 'a')}});
  EXPECT_THAT(imps(folder.path(), {"evaluate", "before.safetensors"}).err,
              HasSubstr("was trained on some.npz as it was before"));
}

TEST(EvaluateCommand, SaysEverythingAsJson) {
  Folder folder;
  write_takes(folder.path() / "datasets/some.npz", 3, 120);
  const Outcome outcome = imps(folder.path(), {"evaluate", "--json", "--like-impsy", "--split",
                                               "validation", "--frames", "50", "--seed", "7"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const json said = json::parse(outcome.out);
  EXPECT_EQ(said["split"], "validation");
  EXPECT_EQ(said["dataset"]["rows"], 240);
  EXPECT_EQ(said["dataset"]["digest"].get<std::string>().size(), 64U);
  // 2 · 70 windows, of which the last 14 begin at row 56 of the second take.
  EXPECT_EQ(said["frames"], 120 - 57);
  EXPECT_EQ(said["performer"]["frames"], 120 - 57);
  EXPECT_EQ(said["alone_settings"]["seed"], 7);
  ASSERT_EQ(said["models"].size(), 1U);
  const json& model = said["models"][0];
  EXPECT_EQ(model["like_impsy"]["training"]["windows"], 126);
  EXPECT_EQ(model["like_impsy"]["validation"]["windows"], 14);
  EXPECT_EQ(model["alone"]["frames"], 50);
  ASSERT_EQ(model["score"]["dimensions"].size(), 3U);
  double hold = 0;
  for (const json& one : model["score"]["dimensions"]) {
    EXPECT_GE(one["bits"], 0);
    EXPECT_LE(one["coverage"]["central_90"], 1);
    hold += one["hold_bits"].get<double>();
  }
  EXPECT_NEAR(model["score"]["hold_bits"], hold, 1e-9);
  EXPECT_EQ(imps(folder.path(), {"evaluate", "--json", "--like-impsy", "--split", "validation",
                                 "--frames", "50", "--seed", "7"})
                .out,
            outcome.out)
      << "the same again";
}

TEST(EvaluateCommand, OfARealModelIsAsRecordedBitsSay) {
  IMPS_NEEDS_REFERENCE(reference);
  Folder folder;
  const Outcome outcome =
      imps(folder.path(),
           {"evaluate", real_model(reference, 4, ".keras"), "--data",
            (reference / "real/datasets/training-dataset-4d-12ksmall.npz").string(), "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.err, IsEmpty());
  const json score = json::parse(outcome.out)["models"][0]["score"];
  EXPECT_EQ(score["frames"], 12'070);
  // Worked out in Python from the mixtures that 'imps predict' writes, with math.erfc and no care.
  EXPECT_NEAR(score["bits"], 21.2752964, 1e-5);
  EXPECT_NEAR(score["nll"], 2.70805970, 1e-6);
  const std::vector<double> bits{5.74320213, 5.08997969, 4.86500312, 5.39636955};
  const std::vector<double> half{0.64014227, 0.23783285, 0.23467343, 0.43208544};
  const std::vector<double> ninety{0.94561607, 0.69586502, 0.61394985, 0.87717127};
  for (std::size_t d = 0; d < 4; ++d) {
    const json& one = score["dimensions"][d];
    EXPECT_NEAR(one["bits"], bits[d], 1e-5);
    EXPECT_NEAR(one["coverage"]["central_50"], half[d], 1e-5);
    EXPECT_NEAR(one["coverage"]["central_90"], ninety[d], 1e-5);
  }
  EXPECT_THAT(
      imps(folder.path(),
           {"evaluate", real_model(reference, 4, ".keras"), "--frames", "10", "--data",
            (reference / "real/datasets/training-dataset-4d-12ksmall.npz").string()})
          .out,
      HasSubstr("  worse by itself: dt than its marginal (5.743 bits against 4.433), x_1 than "
                "holding the last value (5.090 bits against 3.901), x_2 than holding the last "
                "value (4.865 bits against 3.832)\n"));
}

TEST(EvaluateCommand, ComparesModelsAndDrawsThem) {
  IMPS_NEEDS_REFERENCE(reference);
  Folder folder;
  write_takes(folder.path() / "datasets/some.npz", 4, 400);
  const Outcome outcome =
      imps(folder.path(), {"evaluate", "--compare", real_model(reference, 4, ".h5"),
                           real_model(reference, 4, ".tflite"), real_model(reference, 4, ".keras"),
                           "--frames", "200", "--plot", "play.svg"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("B less A, bits a frame"), HasSubstr("95 %: "),
                                 HasSubstr("C less A")));
  // The .h5 and the .keras hold the same weights.
  EXPECT_THAT(outcome.out, HasSubstr("+0.000   95 %: +0.000 to +0.000, no certain difference"));
  EXPECT_THAT(read_text(folder.path() / "play.svg"), HasSubstr(".tflite, playing alone"));
}

TEST(EvaluateCommand, NamesBothDimensionsWhenTheyDiffer) {
  IMPS_NEEDS_REFERENCE(reference);
  Folder folder;
  write_takes(folder.path() / "some.npz", 3, 20);
  const Outcome outcome =
      imps(folder.path(), {"evaluate", real_model(reference, 9, ".h5"), "--data", "some.npz"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("is of dimension 9 (dt and 8 controls)"),
                                 HasSubstr("some.npz of dimension 3 (dt and 2)")));
}

TEST(EvaluateCommand, SaysWhatIsMissing) {
  Folder folder;
  const Outcome nothing = imps(folder.path(), {"evaluate"});
  EXPECT_EQ(nothing.status, 1);
  EXPECT_THAT(nothing.err,
              AllOf(HasSubstr("there is no dataset in datasets/"), HasSubstr("imps dataset")));
  const Outcome no_model = imps(folder.path(), {"evaluate", "no.keras"});
  EXPECT_EQ(no_model.status, 1);
  EXPECT_THAT(no_model.err, HasSubstr("no.keras"));
  folder.write("bad.npz", "not an archive");
  const Outcome bad = imps(folder.path(), {"evaluate", "--data", "bad.npz"});
  EXPECT_EQ(bad.status, 1);
  EXPECT_THAT(bad.err, HasSubstr("bad.npz"));
}

TEST(EvaluateCommand, RefusesToWritePlotsNowhere) {
  Folder folder;
  write_takes(folder.path() / "datasets/some.npz", 3, 20);
  const Outcome outcome = imps(folder.path(), {"evaluate", "--plot", "no/such/folder/a.svg"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("there is no folder no/such/folder"));
  EXPECT_THAT(imps(folder.path(), {"evaluate", "--plot", "a.png"}).err, HasSubstr("makes an .svg"));
}

TEST(EvaluateCommand, RefusesWrongUsage) {
  Folder folder;
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"evaluate", "--split", "half"},
                                             {"evaluate", "--compare", "one.keras"},
                                             {"evaluate", "--frames", "0"},
                                             {"evaluate", "--pitemp", "0"},
                                             {"evaluate", "--like-imspy"}}) {
    const Outcome outcome = imps(folder.path(), arguments);
    EXPECT_EQ(outcome.status, 2) << outcome.err;
    EXPECT_THAT(outcome.out, IsEmpty());
  }
}

}  // namespace
}  // namespace imps::test
