#include "session/model_choice.h"

#include <chrono>

#include <gmock/gmock.h>

#include "tests/support/folder.h"
#include "tests/support/reference.h"

namespace imps {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A models folder, filled from the models that are kept with the tests (dimension 3 and 8) and
/// from the reference data.
class ModelChoice : public ::testing::Test {
 protected:
  ModelChoice() { settings_.folder = folder_.path() / "models"; }

  /// `minutes` old.
  fs::path put(const fs::path& from, const std::string& name, int minutes) {
    fs::create_directories(settings_.folder);
    fs::path to = settings_.folder / name;
    fs::copy_file(from, to, fs::copy_options::overwrite_existing);
    fs::last_write_time(to, fs::file_time_type::clock::now() - std::chrono::minutes(minutes));
    return to;
  }
  static fs::path kept(const std::string& name) {
    return fs::path(IMPS_SOURCE_DIR) / "tests/model/files/data" / name;
  }

  test::Folder folder_;
  ModelSettings settings_;
  const fs::path three_ = kept("dim3-layers3-units9-mixtures3.safetensors");
  const fs::path eight_ = kept("dim8-layers1-units8-mixtures5.safetensors");
};

TEST_F(ModelChoice, IsTheNewestByItsTimeWhateverItsName) {
  put(three_, "a-dim3.safetensors", 30);
  const fs::path newest = put(three_, "b-dim3.safetensors", 10);
  put(three_, "c-dim3.safetensors", 20);
  put(three_, "notes.txt", 0);
  const auto chosen = choose_model(settings_, 3);
  ASSERT_TRUE(chosen) << chosen.error().message;
  EXPECT_EQ(chosen->path, newest);
  EXPECT_EQ(chosen->name, newest.string());
  EXPECT_THAT(chosen->why, HasSubstr("the newest of dimension 3"));
  EXPECT_THAT(chosen->warnings, IsEmpty());
  EXPECT_EQ(chosen->digest.size(), 64U);
  EXPECT_GT(chosen->step.count(), 0);
}

TEST_F(ModelChoice, PassesOverOtherDimensionsWhetherTheNameSaysSoOrNot) {
  const fs::path wanted = put(three_, "old.safetensors", 60);
  put(eight_, "dim8.safetensors", 5);
  put(eight_, "newest.safetensors", 1);
  const auto chosen = choose_model(settings_, 3);
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->path, wanted);
  EXPECT_THAT(chosen->warnings, IsEmpty()) << "a model of another dimension is no fault";
}

TEST_F(ModelChoice, WarnsOfAFileThatCannotBeReadAndGoesOn) {
  const fs::path wanted = put(three_, "good.safetensors", 60);
  folder_.write("models/damaged.keras", "this is no model");
  const auto chosen = choose_model(settings_, 3);
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->path, wanted);
  ASSERT_EQ(chosen->warnings.size(), 1U);
  EXPECT_THAT(chosen->warnings[0], HasSubstr("damaged.keras"));
}

TEST_F(ModelChoice, KeepsToTheSizeThatIsAskedFor) {
  IMPS_NEEDS_REFERENCE(reference);
  const auto made = [&](const std::string& units) {
    return reference / "made/models" /
           ("musicMDRNN-dim3-layers2-units" + units + "-mixtures5-scale10.tflite");
  };
  const fs::path xs = put(made("32"), "one.tflite", 30);
  const fs::path s = put(made("64"), "two.tflite", 20);
  const fs::path m = put(made("128"), "three.tflite", 10);
  for (const auto& [size, path] : {std::pair("xs", xs), std::pair("s", s), std::pair("m", m)}) {
    settings_.size = size;
    const auto chosen = choose_model(settings_, 3);
    ASSERT_TRUE(chosen);
    EXPECT_EQ(chosen->path, path);
    EXPECT_THAT(chosen->why, HasSubstr(size));
  }
  settings_.size = "xl";
  const auto none = choose_model(settings_, 3);
  ASSERT_TRUE(none);
  EXPECT_EQ(none->path, "") << "the built-in one rather than another size";
  EXPECT_THAT(none->why, HasSubstr("size xl"));
}

TEST_F(ModelChoice, IsTheBuiltInOneWhenThereIsNone) {
  for (const int dimension : {2, 9, 129}) {
    const auto chosen = choose_model(settings_, dimension);
    ASSERT_TRUE(chosen) << "a folder that is not there is no fault";
    EXPECT_EQ(chosen->path, "");
    EXPECT_EQ(chosen->name, dimension <= 9 ? "the built-in model"
                                           : "the built-in model, composed of 22 of dimension 7");
    EXPECT_EQ(chosen->model->dimension(), dimension);
    EXPECT_THAT(chosen->why, HasSubstr("there is none of dimension"));
    EXPECT_EQ(chosen->digest, built_in_model(dimension).digest);
  }
  EXPECT_NE(built_in_model(2).digest, built_in_model(3).digest);
}

TEST_F(ModelChoice, OfAMistypedPathIsAnErrorAndNotAnotherModel) {
  put(three_, "good.safetensors", 1);
  settings_.file = settings_.folder / "godo.safetensors";
  const auto chosen = choose_model(settings_, 3);
  ASSERT_FALSE(chosen);
  EXPECT_THAT(chosen.error().message, HasSubstr("godo.safetensors"));
}

TEST_F(ModelChoice, RefusesAModelOfAnotherDimensionWithBothNumbers) {
  settings_.file = put(eight_, "eight.safetensors", 1);
  const auto chosen = choose_model(settings_, 3);
  ASSERT_FALSE(chosen);
  EXPECT_THAT(chosen.error().message,
              AllOf(HasSubstr("eight.safetensors"), HasSubstr("8"), HasSubstr("3")));
  EXPECT_TRUE(load_model(*settings_.file, std::nullopt));
}

}  // namespace
}  // namespace imps
