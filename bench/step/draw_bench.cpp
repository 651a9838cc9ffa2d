// What a draw costs, plain and with conditions, as a part of the step that it follows: the built-in
// model of dimension 9 plays by itself.
//
//   draw_bench [ROUNDS]   the median of so many rounds, in nanoseconds and in steps
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <imps/conditions.h>
#include <imps/limit.h>
#include <imps/model.h>
#include <imps/surprise.h>

#include "bench/step/timing.h"
#include "model/built_in/built_in.h"

namespace imps::bench {
namespace {

constexpr int kDimension = 9;
constexpr std::uint64_t kRound = 5000;

struct Case {
  std::string name;
  Conditions conditions;
  double surprise = 0.5;
};

std::vector<Case> cases() {
  static const Limit scale = *limit_from_text("scale C minor");
  std::vector<Case> all(8);
  all[0].name = "plain";
  all[1].name = "time that has passed";
  all[1].conditions.dt_least = 0.05;
  all[2].name = "1 of 8 controls held";
  all[2].conditions.held.set(0);
  all[2].conditions.values[0] = 0.5;
  all[3].name = "7 of 8 controls held";
  for (std::size_t k = 0; k < 7; ++k) {
    all[3].conditions.held.set(k);
    all[3].conditions.values[k] = 0.5;
  }
  all[4].name = "8 controls within bounds";
  all[5].name = "8 controls on a scale";
  for (std::size_t k = 0; k < 8; ++k) {
    all[4].conditions.limited.set(k);
    all[4].conditions.limits[k] = {.least = 0.25, .most = 0.75};
    all[5].conditions.limited.set(k);
    all[5].conditions.limits[k] = scale.limits();
  }
  all[6].name = "surprise";
  all[7] = all[5];
  all[7].name = "surprise, 8 on a scale";
  all[6].surprise = all[7].surprise = 0.8;
  return all;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int run(int rounds) {
  const auto model = Mdrnn::make(built_in_model_file(kDimension).weights);
  if (!model) return 1;
  Mdrnn::State state(*model);
  Frame frame;
  frame.resize(kDimension - 1);
  for (std::uint64_t n = 0; n < 100; ++n) {
    advance(*model, state, frame);
    Uniforms uniforms(1, 0, n);
    sample(state.mixture(), {}, uniforms, frame);
  }
  const auto time = [&](const std::function<void(std::uint64_t)>& act) {
    const double before = computed();
    for (std::uint64_t n = 0; n < kRound; ++n)
      act(n);
    return (computed() - before) / kRound;
  };
  const std::vector<Case> all = cases();
  std::vector<double> steps;
  std::vector<std::vector<double>> draws(all.size());
  Frame drawn;
  for (int round = 0; round < rounds; ++round) {
    steps.push_back(time([&](std::uint64_t) { advance(*model, state, frame); }));
    for (std::size_t k = 0; k < all.size(); ++k)
      draws[k].push_back(time([&](std::uint64_t n) {
        Uniforms uniforms(2, 0, n);
        sample(state.mixture(), {.sigma = 0.1, .pi = 1}, all[k].conditions, all[k].surprise,
               uniforms, drawn);
      }));
  }
  const double step = median(steps);
  const Sizes sizes = model->sizes();
  std::printf("a step: %.0f ns (%d × %d units, %d components, dimension %d)\n\n", step,
              sizes.layers, sizes.units, sizes.mixtures, sizes.dimension);
  std::printf("%-26s %8s %8s\n", "a draw with", "ns", "steps");
  for (std::size_t k = 0; k < all.size(); ++k)
    std::printf("%-26s %8.0f %8.2f\n", all[k].name.c_str(), median(draws[k]),
                median(draws[k]) / step);
  return 0;
}

}  // namespace
}  // namespace imps::bench

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 21;
  return imps::bench::run(rounds > 0 ? rounds : 21);
}
