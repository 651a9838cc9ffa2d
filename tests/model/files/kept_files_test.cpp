// Files that Keras 2 (tf_keras 2.21), Keras 3 (3.15) and TensorFlow 2.21's converter wrote for
// random weights (tests/peers/make_models.py), whose sizes could all be taken for one another:
// dimension = units = 8; and three layers where units = mixtures · dimension = 9. What must come
// out of them lies beside, written by the safetensors package.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include <imps/model_file.h>

#include "tests/model/files/made_files.h"

namespace imps {
namespace {

float largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  float largest = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

void expect_file(const std::string& stem, const std::string& ending, const std::string& format) {
  SCOPED_TRACE(ending);
  const auto expected = read_model_file(test::kept_files() / (stem + ".safetensors"));
  ASSERT_TRUE(expected.has_value()) << expected.error().message;
  const auto file = read_model_file(test::kept_files() / (stem + ending));
  ASSERT_TRUE(file.has_value()) << file.error().message;
  EXPECT_EQ(file->format, format);
  if (ending.find("float16") == std::string::npos) {
    EXPECT_TRUE(test::same(file->weights, expected->weights));
    return;
  }
  ASSERT_EQ(file->weights.sizes, expected->weights.sizes);
  // The largest weights are between 1 and 2, where half a unit of 11 bits is 2^-11.
  EXPECT_LE(largest_difference(file->weights.lstm[0].kernel, expected->weights.lstm[0].kernel),
            0x1p-11F);
  EXPECT_LE(largest_difference(file->weights.sigmas.kernel, expected->weights.sigmas.kernel),
            0x1p-11F);
}

TEST(KeptFiles, HoldTheWeightsThatWerePutIntoThemWhenUnitsAreTheDimension) {
  const std::string stem = "dim8-layers1-units8-mixtures5";
  expect_file(stem, "-keras2-training-whole.h5", "Keras 2.21.0 .h5 model");
  expect_file(stem, "-keras3-training-whole.h5", "Keras 3.15.1 .h5 model");
  expect_file(stem, "-keras2-training.tflite", "TensorFlow Lite");  // fused LSTM
  expect_file(stem, "-keras3-training.tflite", "TensorFlow Lite");  // unrolled head
  expect_file(stem, "-keras2-inference-float16.tflite", "TensorFlow Lite, float16 weights");
}

TEST(KeptFiles, HoldTheWeightsThatWerePutIntoThemWhenUnitsAreTheMixturesMeans) {
  const std::string stem = "dim3-layers3-units9-mixtures3";
  expect_file(stem, "-keras2-inference-legacy.h5", "Keras 2.21.0 .h5 weights");
  expect_file(stem, "-keras3-inference.tflite", "TensorFlow Lite");
}

}  // namespace
}  // namespace imps
