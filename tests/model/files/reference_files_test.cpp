// The field's own files: what is said of them, and that their forms agree. tests/model compares the
// outputs with recordings.
#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include <imps/model_file.h>

#include "tests/model/files/made_files.h"
#include "tests/support/reference.h"

namespace imps {
namespace {

ModelFile need(const std::filesystem::path& path) {
  auto file = read_model_file(path);
  EXPECT_TRUE(file.has_value()) << file.error().message;
  return file ? *file : ModelFile{};
}

TEST(ReferenceFiles, OfOneModelHoldTheSameWeightsInEveryForm) {
  IMPS_NEEDS_REFERENCE(reference);
  const auto real = reference / "real/models";
  for (const std::string stem : {"musicMDRNN-dim4-layers2-units64-mixtures5-scale10",
                                 "musicMDRNN-dim9-layers2-units64-mixtures5-scale10"}) {
    EXPECT_TRUE(
        test::same(need(real / (stem + ".h5")).weights, need(real / (stem + ".keras")).weights));
  }
  const std::string nine = "musicMDRNN-dim9-layers2-units64-mixtures5-scale10";
  EXPECT_TRUE(
      test::same(need(real / (nine + ".h5")).weights, need(real / (nine + ".tflite")).weights));

  const auto made = reference / "made/models";
  const std::string xs = "musicMDRNN-dim3-layers2-units32-mixtures5-scale10";
  const Weights weights = need(made / (xs + ".keras")).weights;
  for (const std::string ending :
       {"-ckpt.keras", "-inference.weights.h5", ".weights.h5", ".tflite"}) {
    EXPECT_TRUE(test::same(need(made / (xs + ending)).weights, weights)) << ending;
  }
}

TEST(ReferenceFiles, SayWhatTheyAre) {
  IMPS_NEEDS_REFERENCE(reference);
  const auto real = reference / "real/models";
  const std::string four = "musicMDRNN-dim4-layers2-units64-mixtures5-scale10";
  EXPECT_EQ(need(real / (four + ".keras")).format, "Keras 2.15.0 .keras");
  EXPECT_EQ(need(real / (four + ".tflite")).format, "TensorFlow Lite, int8 weights");
  const ModelFile h5 = need(real / (four + ".h5"));
  EXPECT_EQ(h5.format.substr(0, 5), "Keras");
  EXPECT_EQ(h5.format.substr(h5.format.size() - 11), ".h5 weights");
  const auto made = reference / "made/models";
  const ModelFile checkpoint =
      need(made / "musicMDRNN-dim3-layers2-units32-mixtures5-scale10-ckpt.keras");
  EXPECT_EQ(checkpoint.format, "Keras 3.15.1 .keras");
  EXPECT_EQ(checkpoint.weights.sizes,
            (Sizes{.dimension = 3, .layers = 2, .units = 32, .mixtures = 5}));
}

TEST(ReferenceFiles, OfInt8WeightsAreWithinHalfAStepOfTheFloatsTheyWereMadeFrom) {
  IMPS_NEEDS_REFERENCE(reference);
  const auto made = reference / "made/models";
  const std::string xs = "musicMDRNN-dim3-layers2-units32-mixtures5-scale10";
  const Weights exact = need(made / (xs + ".tflite")).weights;
  const Weights coarse = need(made / (xs + "-optimised.tflite")).weights;
  const std::vector<float>& a = exact.lstm[1].recurrent_kernel;
  const std::vector<float>& b = coarse.lstm[1].recurrent_kernel;
  ASSERT_EQ(a.size(), b.size());
  EXPECT_NE(a, b);
  // Its scales are one for each output: the largest weight of a column, over 127.
  const std::size_t columns = exact.lstm[1].bias.size();
  for (std::size_t column = 0; column < columns; ++column) {
    float largest = 0;
    float error = 0;
    for (std::size_t i = column; i < a.size(); i += columns) {
      largest = std::max(largest, std::abs(a[i]));
      error = std::max(error, std::abs(a[i] - b[i]));
    }
    EXPECT_LE(error, largest / 127 * 0.501F) << column;
  }
}

TEST(ReferenceFiles, AreNamedByTheDigestOfTheirBytes) {
  test::Folder folder;
  test::write_bytes(folder / "a.h5", test::read_bytes(test::kept_files() /
                                                      "dim8-layers1-units8-mixtures5.safetensors"));
  const ModelFile file = need(folder / "a.h5");  // told apart by content, not by name
  EXPECT_EQ(file.format, "imps safetensors");
  EXPECT_EQ(file.digest.size(), 64U);
  EXPECT_EQ(file.digest, "f2005844ea4ddd8942d38088ca7045842c3a230a18f5178521ea40d3fbf6352b");
}

}  // namespace
}  // namespace imps
