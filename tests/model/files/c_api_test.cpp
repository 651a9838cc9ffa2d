// The C interface says what the C++ one says.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include <imps/imps.h>
#include <imps/model.h>
#include <imps/model_file.h>

namespace imps {
namespace {

const std::string kModel =
    std::string(IMPS_KEPT_FILES) + "/dim3-layers3-units9-mixtures3.safetensors";

TEST(CInterface, PredictsWhatTheCppInterfacePredicts) {
  imps_model* const model = imps_model_load(kModel.c_str());
  ASSERT_NE(model, nullptr) << imps_last_error();
  ASSERT_EQ(imps_model_dimension(model), 3);
  EXPECT_EQ(imps_model_layers(model), 3);
  EXPECT_EQ(imps_model_units(model), 9);
  ASSERT_EQ(imps_model_mixtures(model), 3);
  imps_state* const state = imps_state_new(model);

  const auto file = read_model_file(kModel);
  ASSERT_TRUE(file.has_value());
  const auto network = Mdrnn::make(file->weights);
  ASSERT_TRUE(network.has_value());
  Mdrnn::State memory(*network);

  std::vector<double> frame{0.1, 0.5, 0.25};
  for (std::uint64_t number = 0; number < 20; ++number) {
    advance(*network, memory, {frame[0], std::span<const double>(frame).subspan(1)});
    Uniforms uniforms(7, 0, number);
    Frame expected;
    sample(memory.mixture(), {.sigma = 0.5, .pi = 1.5}, uniforms, expected);
    std::vector<float> mus(9);
    std::vector<float> logits(3);
    ASSERT_EQ(imps_advance(state, frame.data()), 0);
    ASSERT_EQ(imps_mixture(state, mus.data(), nullptr, logits.data()), 0);
    EXPECT_THAT(mus, testing::ElementsAreArray(memory.mixture().mus));
    EXPECT_THAT(logits, testing::ElementsAreArray(memory.mixture().logits));
    ASSERT_EQ(imps_sample(state, 0.5, 1.5, 7, number, frame.data()), 0);
    EXPECT_EQ(frame,
              (std::vector<double>{expected.dt, expected.controls()[0], expected.controls()[1]}));
  }
  imps_state_free(state);
  imps_model_free(model);
}

TEST(CInterface, RefusesWithASentence) {
  EXPECT_EQ(imps_model_load("nowhere.keras"), nullptr);
  EXPECT_THAT(imps_last_error(), testing::HasSubstr("nowhere.keras"));
  imps_model* const model = imps_model_load(kModel.c_str());
  ASSERT_NE(model, nullptr);
  imps_state* const state = imps_state_new(model);
  double frame[3] = {0.1, 0.5, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_EQ(imps_sample(state, 0, 1, 0, 0, frame), -1);
  EXPECT_EQ(imps_advance(state, frame), -1);
  frame[2] = 1.5;
  EXPECT_EQ(imps_advance(state, frame), -1);
  frame[2] = 1;
  EXPECT_EQ(imps_advance(state, frame), 0);
  EXPECT_EQ(imps_sample(state, -1, 1, 0, 0, frame), -1);
  EXPECT_EQ(imps_sample(state, 0, 0, 0, 0, frame), -1);
  imps_state_reset(state);
  EXPECT_EQ(imps_mixture(state, nullptr, nullptr, nullptr), -1);
  imps_state_free(state);
  imps_model_free(model);
}

}  // namespace
}  // namespace imps
