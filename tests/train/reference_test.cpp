// Ten batches that TensorFlow learnt from, recorded: the same losses, gradients and weights.
#include "tests/support/reference.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "dataset/byte_source.h"
#include "dataset/npy.h"
#include "dataset/zip_members.h"
#include "train/learner.h"
#include "train/recipe.h"

namespace imps::train {
namespace {

namespace fs = std::filesystem;

using Arrays = std::map<std::string, std::vector<float>>;

/// The float32 arrays of an .npz.
Arrays read_arrays(const fs::path& path) {
  Arrays arrays;
  const auto source = open_bytes(path);
  EXPECT_TRUE(source) << path;
  const auto zip = ZipMembers::open(*source);
  EXPECT_TRUE(zip) << path;
  for (const std::string& name : zip->names()) {
    const auto bytes = zip->read(*zip->find(name), std::uint64_t{1} << 30);
    EXPECT_TRUE(bytes) << name;
    const auto header = read_npy_header(*bytes);
    EXPECT_TRUE(header) << name;
    EXPECT_EQ(header->descr, "<f4");
    EXPECT_FALSE(header->fortran_order);
    std::vector<float> values(header->count());
    std::memcpy(values.data(), bytes->data() + header->size, values.size() * sizeof(float));
    arrays[name.substr(0, name.size() - 4)] = std::move(values);
  }
  return arrays;
}

Weights weights_of(const Arrays& arrays, const Sizes& sizes) {
  Weights weights;
  weights.sizes = sizes;
  for (int layer = 0; layer < sizes.layers; ++layer) {
    const std::string name = "lstm" + std::to_string(layer) + ".";
    weights.lstm.push_back({arrays.at(name + "kernel"), arrays.at(name + "recurrent_kernel"),
                            arrays.at(name + "bias")});
  }
  weights.mus = {arrays.at("mdn.mus.kernel"), arrays.at("mdn.mus.bias")};
  weights.sigmas = {arrays.at("mdn.sigmas.kernel"), arrays.at("mdn.sigmas.bias")};
  weights.pi = {arrays.at("mdn.pi.kernel"), arrays.at("mdn.pi.bias")};
  return weights;
}

template <class T>
Numbers<T> flat(const Arrays& arrays, const Sizes& sizes) {
  const Layout layout(sizes);
  Numbers<T> numbers(layout.count);
  flatten<T>(layout, weights_of(arrays, sizes), numbers);
  return numbers;
}

template <class A, class B>
double largest_difference(const A& a, const B& b) {
  double largest = 0;
  for (std::size_t k = 0; k < a.size(); ++k)
    largest = std::max(largest, std::abs(static_cast<double>(a[k]) - static_cast<double>(b[k])));
  return largest;
}

struct Recorded {
  const char* folder;
  Sizes sizes;
  bool all_weights;  // those after batch 10 were recorded, too
};

void PrintTo(const Recorded& recorded, std::ostream* out) { *out << recorded.folder; }

class TenBatches : public testing::TestWithParam<Recorded> {
 protected:
  /// Learns from the recorded batches; calls after(batch, learner, step) behind each.
  template <class T, class After>
  void learn(const fs::path& folder, const After& after) {
    const Sizes& sizes = GetParam().sizes;
    const Recipe recipe = impsy_recipe();
    const Extent batch{.rows = 64, .steps = 50};
    Learner<T> learner(
        weights_of(read_arrays(folder / "initial_weights.npz"), sizes),
        {.batch = batch, .slice_rows = static_cast<std::size_t>(recipe.slice), .threads = 2},
        {.beta2 = recipe.beta2, .clip = recipe.clip});
    const Arrays batches = read_arrays(folder / "batches.npz");
    const std::vector<float>& x = batches.at("X");  // [10, 64, 50, D], ×10 already
    const std::vector<float>& y = batches.at("y");
    const auto dimension = static_cast<std::size_t>(sizes.dimension);
    for (std::size_t number = 0; number < 10; ++number) {
      const auto fill = [&](std::size_t slice, Lesson<T>& lesson) {
        const auto rows = static_cast<std::size_t>(recipe.slice);
        lesson.extent = {.rows = rows, .steps = batch.steps};
        const std::size_t frames = lesson.extent.frames();
        for (std::size_t b = 0; b < rows; ++b)
          for (std::size_t t = 0; t < batch.steps; ++t)
            for (std::size_t d = 0; d < dimension; ++d) {
              const std::size_t from =
                  ((number * batch.rows + slice * rows + b) * batch.steps + t) * dimension + d;
              lesson.inputs[(t * rows + b) * dimension + d] = static_cast<T>(x[from]);
              lesson.targets[d * frames + t * rows + b] = static_cast<T>(y[from]);
            }
        std::fill_n(lesson.weights.begin(), frames, T{1});
        return static_cast<double>(frames);
      };
      const auto step = learner.learn(fill, recipe.rate);
      ASSERT_TRUE(step.taken);
      after(number, learner, step);
    }
  }
};

// Float32 sums over 3,200 frames differ by a few 1e-7 of their size, and ten steps of Adam, which
// divides small gradients by their own size, make 1e-5 of it.
TEST_P(TenBatches, GiveTensorFlowsLossesGradientsAndWeights) {
  IMPS_NEEDS_REFERENCE(reference);
  const Recorded& recorded = GetParam();
  const fs::path folder = reference / "made" / "training" / recorded.folder;
  std::ifstream file(reference / "made" / "training" / "reference.json");
  const auto json = nlohmann::json::parse(file).at(recorded.folder);
  const auto losses = json.at("losses_before_update").get<std::vector<double>>();
  learn<float>(folder, [&](std::size_t number, const Learner<float>& learner, const auto& step) {
    EXPECT_NEAR(step.nll, losses[number], 2e-5 * losses[number]) << "batch " << number;
    if (number == 0) {
      const auto gradient =
          flat<float>(read_arrays(folder / "gradients_batch1.npz"), recorded.sizes);
      double largest = 0;
      for (const float value : gradient)
        largest = std::max(largest, std::abs(static_cast<double>(value)));
      EXPECT_LT(largest_difference(learner.gradient(), gradient), 1e-5 * largest);
      EXPECT_NEAR(step.norm, json.at("grad_norm_batch1").get<double>(), 1e-5 * step.norm);
      EXPECT_LT(largest_difference(
                    learner.state.parameters,
                    flat<float>(read_arrays(folder / "weights_after_batch1.npz"), recorded.sizes)),
                2e-5);
    }
    if (number == 9 && recorded.all_weights) {
      EXPECT_LT(largest_difference(
                    learner.state.parameters,
                    flat<float>(read_arrays(folder / "weights_after_batch10.npz"), recorded.sizes)),
                1e-4);
    }
  });
}

TEST_P(TenBatches, GiveTheLossesThatWereWorkedOutInDoublePrecision) {
  IMPS_NEEDS_REFERENCE(reference);
  const Recorded& recorded = GetParam();
  const fs::path folder = reference / "made" / "training" / recorded.folder;
  std::ifstream file(reference / "made" / "training" / "reference.json");
  const auto json = nlohmann::json::parse(file).at(recorded.folder);
  const auto losses = json.at("losses_float64_numpy").get<std::vector<double>>();
  // The first needs no update: only the formula. The others follow TensorFlow's float32 weights.
  learn<double>(folder, [&](std::size_t number, const Learner<double>&, const auto& step) {
    EXPECT_NEAR(step.nll, losses[number], (number == 0 ? 1e-9 : 2e-5) * losses[number]);
  });
}

INSTANTIATE_TEST_SUITE_P(
    Recorded, TenBatches,
    testing::Values(
        Recorded{"xs-4d-12ksmall", {.dimension = 4, .layers = 2, .units = 32, .mixtures = 5}, true},
        Recorded{"s-9d", {.dimension = 9, .layers = 2, .units = 64, .mixtures = 5}, false}),
    [](const auto& test) {
      std::string name = test.param.folder;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

}  // namespace
}  // namespace imps::train
