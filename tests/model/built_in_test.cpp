#include "model/built_in/built_in.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "generate/soloist.h"
#include "model/built_in/compose.h"
#include "model/built_in/embedded.h"
#include "tests/support/models.h"

namespace imps {
namespace {

TEST(BuiltInModels, AreOfEveryDimensionToNineAndTogetherUnderTwoMegabytes) {
  std::size_t bytes = 0;
  for (int dimension = kMinDimension; dimension <= kMostBuiltIn; ++dimension) {
    bytes += embedded_model(dimension).size();
    const ModelFile file = built_in_model_file(dimension);
    EXPECT_EQ(file.weights.sizes.dimension, dimension);
    EXPECT_TRUE(is_built_in(file));
    const std::map<std::string, std::string> card(file.notes.begin(), file.notes.end());
    EXPECT_NE(card.at("dataset").find("gestures"), std::string::npos) << "it says what it is of";
    EXPECT_FALSE(card.contains("composed"));
    EXPECT_TRUE(card.contains("val_nll"));
  }
  EXPECT_LT(bytes, 2'000'000U);
}

TEST(BuiltInModels, OfLargerDimensionsSayWhatTheyAreComposedOf) {
  for (const int dimension : {10, 17, 18, kMaxDimension}) {
    const ModelFile file = built_in_model_file(dimension);
    EXPECT_TRUE(check(file.weights));
    EXPECT_EQ(file.weights.sizes.dimension, dimension);
    ASSERT_EQ(file.notes.front().first, "composed");
    EXPECT_NE(file.notes.front().second.find(std::to_string(built_in_parts(dimension)) + " times"),
              std::string::npos)
        << file.notes.front().second;
  }
  EXPECT_EQ(built_in_parts(9), 1);
  EXPECT_EQ(built_in_parts(10), 2);
  EXPECT_EQ(built_in_parts(13), 2);
  EXPECT_EQ(built_in_parts(14), 3);
}

TEST(BuiltInModels, AreFoundByNameWhereNoFileIs) {
  const auto found = find_model_file("built-in-4");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->digest, built_in_model_file(4).digest);
  for (const char* name :
       {"built-in-1", "built-in-130", "built-in-", "built-in-4.keras", "built-in"})
    EXPECT_FALSE(find_model_file(name)) << name;
}

/// What a model plays alone, at the temperatures of the stage.
struct Played {
  double frames_a_second = 0;
  std::vector<double> range;  // of each control, from its 5th to its 95th percentile
  std::vector<double> moved;  // the part of frames in which it moved by half of a 127th or more
};

Played listen(int dimension, std::uint64_t seed) {
  const auto model = Mdrnn::make(built_in_model_file(dimension).weights);
  Soloist soloist(*model, {.seed = seed});
  constexpr int kFrames = 6000;
  const auto controls = static_cast<std::size_t>(dimension - 1);
  std::vector<std::vector<double>> values(controls);
  Played played;
  played.moved.resize(controls);
  TimePoint at;
  for (int k = 0; k < kFrames; ++k) {
    const auto frame = soloist.next();
    at = frame.at;
    for (std::size_t c = 0; c < controls; ++c) {
      if (!values[c].empty() && std::abs(frame.controls[c] - values[c].back()) > 0.5 / 127)
        played.moved[c] += 1.0 / kFrames;
      values[c].push_back(frame.controls[c]);
    }
  }
  played.frames_a_second = kFrames / to_seconds(at.time_since_epoch()).count();
  for (auto& of : values) {
    std::sort(of.begin(), of.end());
    played.range.push_back(of[kFrames * 95 / 100] - of[kFrames * 5 / 100]);
  }
  return played;
}

TEST(BuiltInModels, PlayAloneAtAHandsRateAndOverTheRange) {
  for (const int dimension : {2, 3, 4, 5, 6, 7, 8, 9, 12, 17, 33}) {
    const Played played = listen(dimension, 1);
    EXPECT_GT(played.frames_a_second, 2) << dimension;
    EXPECT_LT(played.frames_a_second, 100) << dimension;
    double ranges = 0;
    for (std::size_t c = 0; c < played.range.size(); ++c) {
      EXPECT_GT(played.range[c], 0.15) << "control " << c + 1 << " of dimension " << dimension;
      EXPECT_GT(played.moved[c], 0.002) << "control " << c + 1 << " of dimension " << dimension;
      EXPECT_LT(played.moved[c], 0.99) << "control " << c + 1 << " of dimension " << dimension;
      ranges += played.range[c];
    }
    EXPECT_GT(ranges / static_cast<double>(played.range.size()), 0.3) << dimension;
  }
}

/// Frames for a model of `dimension`, its controls as `of` says.
Frame frame_of(double dt, std::vector<double> controls) { return Frame({dt, controls}); }

TEST(Compose, OfGroupsThatHearTheSameSaysWhatEachPartSays) {
  const Weights part =
      test::random_weights({.dimension = 3, .layers = 2, .units = 6, .mixtures = 4}, 5);
  const auto one = Mdrnn::make(part);
  const auto whole = Mdrnn::make(compose(part, 7));
  ASSERT_TRUE(one && whole);
  Mdrnn::State heard(*one);
  Mdrnn::State together(*whole);
  for (int step = 0; step < 20; ++step) {
    const double a = 0.05 * step;
    const double b = 1 - a * a;
    advance(*one, heard, frame_of(0.1 + a, {a, b}));
    advance(*whole, together, frame_of(0.1 + a, {a, b, a, b, a, b}));
    const MixtureView expected = heard.mixture();
    const MixtureView found = together.mixture();
    for (std::size_t m = 0; m < 4; ++m) {
      EXPECT_NEAR(found.logits[m], expected.logits[m], 1e-4);
      EXPECT_NEAR(found.mus[m * 7], expected.mus[m * 3], 1e-4);
      for (std::size_t c = 0; c < 6; ++c) {
        EXPECT_NEAR(found.mus[m * 7 + 1 + c], expected.mus[m * 3 + 1 + c % 2], 1e-4);
        EXPECT_NEAR(found.sigmas[m * 7 + 1 + c], expected.sigmas[m * 3 + 1 + c % 2], 1e-4);
      }
    }
  }
}

TEST(Compose, LetsAGroupWithoutAllItsControlsHearThoseThatItHas) {
  const Weights part =
      test::random_weights({.dimension = 4, .layers = 1, .units = 5, .mixtures = 2}, 8);
  const auto one = Mdrnn::make(part);
  const auto whole = Mdrnn::make(compose(part, 6));  // three controls, and two of another three
  ASSERT_TRUE(one && whole);
  Mdrnn::State first(*one);
  Mdrnn::State second(*one);
  Mdrnn::State together(*whole);
  for (int step = 0; step < 5; ++step) {
    const double a = 0.2 * step;
    advance(*one, first, frame_of(0.3, {a, 0.5, 0.7}));
    advance(*one, second, frame_of(0.3, {0.9, a, 0.9}));
    advance(*whole, together, frame_of(0.3, {a, 0.5, 0.7, 0.9, a}));
    for (std::size_t m = 0; m < 2; ++m) {
      const auto mu = [m](const Mdrnn::State& state, std::size_t width, std::size_t d) {
        return state.mixture().mus[m * width + d];
      };
      for (std::size_t c = 1; c <= 3; ++c)
        EXPECT_NEAR(mu(together, 6, c), mu(first, 4, c), 1e-4);
      for (std::size_t c = 1; c <= 2; ++c)
        EXPECT_NEAR(mu(together, 6, 3 + c), mu(second, 4, c), 1e-4);
      EXPECT_NEAR(mu(together, 6, 0), (mu(first, 4, 0) + mu(second, 4, 0)) / 2, 1e-4)
          << "dt is the mean of what both say";
    }
  }
}

}  // namespace
}  // namespace imps
