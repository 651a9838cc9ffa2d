// .h5 and .keras files of every layout and size, through the child process.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <imps/model_file.h>

#include "tests/model/files/made_files.h"
#include "tests/support/models.h"

namespace imps {
namespace {

using test::Layout;
using testing::AllOf;
using testing::HasSubstr;

TEST(H5, ModelsOfAllSizesComeBackFromAllLayouts) {
  for (const Sizes& sizes :
       {Sizes{.dimension = 2, .layers = 1, .units = 8, .mixtures = 1},
        Sizes{.dimension = 8, .layers = 1, .units = 8, .mixtures = 5},   // units are the dimension
        Sizes{.dimension = 4, .layers = 2, .units = 20, .mixtures = 5},  // … what mus gives
        Sizes{.dimension = 3, .layers = 4, .units = 9, .mixtures = 3},
        Sizes{.dimension = 5, .layers = 3, .units = 5, .mixtures = 1},
        Sizes{.dimension = 129, .layers = 2, .units = 64, .mixtures = 16},
        Sizes{.dimension = 9, .layers = 8, .units = 16, .mixtures = 5},
        Sizes{.dimension = 9, .layers = 1, .units = 320, .mixtures = 5}}) {
    const Weights weights = test::random_weights(sizes, 3);
    for (const Layout layout : {Layout::keras2, Layout::keras2_model, Layout::keras3}) {
      SCOPED_TRACE(sizes.units);
      const auto file = test::read_bytes_as("a.h5", test::model_h5(weights, layout));
      ASSERT_TRUE(file.has_value()) << file.error().message;
      EXPECT_TRUE(test::same(file->weights, weights));
    }
    const auto file = test::read_bytes_as("a.keras", test::model_keras(weights));
    ASSERT_TRUE(file.has_value()) << file.error().message;
    EXPECT_TRUE(test::same(file->weights, weights));
    EXPECT_EQ(file->format, "Keras 3.0.0 .keras");
  }
}

TEST(H5, SaysThatAnOptimisersStateWasLeftOut) {
  const Weights weights = test::random_weights({3, 1, 4, 2}, 1);
  const auto file = test::read_bytes_as("a.h5", test::model_h5(weights, Layout::keras2_model));
  ASSERT_TRUE(file.has_value()) << file.error().message;
  EXPECT_EQ(file->format, "Keras 2.2.5 .h5 model");
  EXPECT_THAT(file->notes, testing::Contains(testing::Pair("left out", HasSubstr("optimizer"))));
}

TEST(H5, NamesTheFileAndTheTensorThatIsMissing) {
  const Weights weights = test::random_weights({3, 1, 4, 2}, 1);
  const auto bytes = test::model_h5(weights, Layout::keras2, "td_mdn/td_mdn/mdn_sigmas/bias:0");
  const auto file = test::read_bytes_as("model.h5", bytes);
  ASSERT_FALSE(file.has_value());
  EXPECT_THAT(
      file.error().message,
      AllOf(HasSubstr("model.h5: "), HasSubstr("tensor sigmas bias is missing, expected [6]"),
            HasSubstr("found: "), HasSubstr("lstm_0/lstm_0/kernel:0 float32 [3, 16]")));
}

TEST(H5, NamesTheTensorThatIsNotANumber) {
  Weights weights = test::random_weights({3, 1, 4, 2}, 1);
  weights.lstm[0].recurrent_kernel[5] = std::numeric_limits<float>::quiet_NaN();
  const auto file = test::read_bytes_as("model.h5", test::model_h5(weights, Layout::keras3));
  ASSERT_FALSE(file.has_value());
  EXPECT_THAT(file.error().message, AllOf(HasSubstr("model.h5: "), HasSubstr("recurrent_kernel")));
}

TEST(H5, OfDoublePrecisionAreReadAsFloats) {
  const Weights weights = test::random_weights({3, 1, 4, 2}, 1);
  const auto bytes = test::make_h5([&](hid_t file) {
    const auto add = [&](const char* path, std::vector<hsize_t> shape,
                         const std::vector<float>& v) {
      const hid_t links = H5Pcreate(H5P_LINK_CREATE);
      H5Pset_create_intermediate_group(links, 1);
      const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
      const hid_t set =
          H5Dcreate2(file, path, H5T_IEEE_F64BE, space, links, H5P_DEFAULT, H5P_DEFAULT);
      H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, v.data());
      H5Dclose(set);
      H5Sclose(space);
      H5Pclose(links);
    };
    add("lstm/lstm/kernel:0", {3, 16}, weights.lstm[0].kernel);
    add("lstm/lstm/recurrent_kernel:0", {4, 16}, weights.lstm[0].recurrent_kernel);
    add("lstm/lstm/bias:0", {16}, weights.lstm[0].bias);
    add("mdn/mus/kernel:0", {4, 6}, weights.mus.kernel);
    add("mdn/mus/bias:0", {6}, weights.mus.bias);
    add("mdn/sigmas/kernel:0", {4, 6}, weights.sigmas.kernel);
    add("mdn/sigmas/bias:0", {6}, weights.sigmas.bias);
    add("mdn/pi/kernel:0", {4, 2}, weights.pi.kernel);
    add("mdn/pi/bias:0", {2}, weights.pi.bias);
  });
  const auto file = test::read_bytes_as("a.h5", bytes);
  ASSERT_TRUE(file.has_value()) << file.error().message;
  EXPECT_TRUE(test::same(file->weights, weights));
}

}  // namespace
}  // namespace imps
