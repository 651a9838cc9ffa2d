// One step of the network, ours and Eigen's, in turns.
//
//   step_bench [ROUNDS [SIZE]]   every size, or one: median of our step, of Eigen's, and of their
//   ratios step_bench --serve           answers lines "SIZE CONTENDER" on stdin with nanoseconds a
//   step,
//                                so that peers in other languages can take their turns in between
//   step_bench --weights SIZE    the weights on stdout, float32, in the order of Weights
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <imps/model.h>
#include <imps/random.h>

#include "bench/step/eigen_mdrnn.h"
#include "bench/step/reading.h"
#include "bench/step/timing.h"

namespace imps::bench {
namespace {

constexpr int kDimension = 9;
constexpr int kMixtures = 5;

struct Size {
  const char* name;
  int layers;
  int units;
};
constexpr Size kSizes[] = {{"xxs", 2, 16}, {"xs", 2, 32}, {"s", 2, 64},
                           {"m", 2, 128},  {"l", 2, 256}, {"xl", 3, 512}};

Weights random_weights(const Size& size) {
  Uniforms uniforms(1, 0, static_cast<std::uint64_t>(size.units));
  const auto fill = [&](std::size_t rows, std::size_t columns) {
    std::vector<float> values(rows * columns);
    const double limit = std::sqrt(6.0 / static_cast<double>(rows + columns));
    for (float& value : values)
      value = static_cast<float>((2 * uniforms.next() - 1) * limit);
    return values;
  };
  const auto units = static_cast<std::size_t>(size.units);
  Weights w;
  w.sizes = {kDimension, size.layers, size.units, kMixtures};
  for (int l = 0; l < size.layers; ++l) {
    const std::size_t in = l == 0 ? kDimension : units;
    LstmWeights layer;
    layer.kernel = fill(in, 4 * units);
    layer.recurrent_kernel = fill(units, 4 * units);
    layer.bias = fill(1, 4 * units);
    w.lstm.push_back(std::move(layer));
  }
  const auto dense = [&](std::size_t out) {
    DenseWeights layer;
    layer.kernel = fill(units, out);
    layer.bias = fill(1, out);
    return layer;
  };
  w.mus = dense(kDimension * kMixtures);
  w.sigmas = dense(kDimension * kMixtures);
  w.pi = dense(kMixtures);
  return w;
}

std::size_t bytes(const Weights& w) {
  std::size_t floats = 0;
  for (const LstmWeights& l : w.lstm)
    floats += l.kernel.size() + l.recurrent_kernel.size() + l.bias.size();
  for (const DenseWeights* d : {&w.mus, &w.sigmas, &w.pi})
    floats += d->kernel.size() + d->bias.size();
  return floats * sizeof(float);
}

class Contest {
 public:
  explicit Contest(const Size& size)
      : weights(random_weights(size)),
        eigen(eigen_variants(weights)),
        plain(bytes(weights) / sizeof(float), 1.0f),
        model_(Mdrnn::make(weights).value()),
        state_(model_) {
    Uniforms uniforms(2, 0, 0);
    for (double& value : frames_)
      value = uniforms.next();
  }

  // Nanoseconds a step over about `milliseconds`.
  double ours(double milliseconds = 2) {
    return time(milliseconds, [&](const double* frame) {
      advance(model_, state_, {frame[0], {frame + 1, kDimension - 1}});
      sink_ = sink_ + state_.mixture().mus[0];
    });
  }
  double theirs(std::size_t variant, double milliseconds = 2) {
    EigenMdrnn& network = *eigen[variant].network;
    return time(milliseconds, [&](const double* frame) {
      sink_ = sink_ + network.step({frame, kDimension})[0];
    });
  }
  double reading(double milliseconds = 2) {
    return time(milliseconds, [&](const double*) { sink_ = sink_ + read_all(plain); });
  }
  // The fastest way to write it with Eigen, here and now.
  std::size_t best_variant() {
    std::vector<std::vector<double>> times(eigen.size());
    for (int round = 0; round < 7; ++round) {
      for (std::size_t v = 0; v < eigen.size(); ++v)
        times[v].push_back(theirs(v));
    }
    std::size_t best = 0;
    for (std::size_t v = 0; v < eigen.size(); ++v) {
      std::sort(times[v].begin(), times[v].end());
      if (times[v][3] < times[best][3]) best = v;
    }
    return best;
  }
  // The largest difference of the two over 200 steps: they must be the same network.
  double difference(std::size_t variant) {
    double largest = 0;
    state_.reset();
    for (std::size_t step = 0; step < 200; ++step) {
      const double* frame = frames_ + step % kFrames * kDimension;
      advance(model_, state_, {frame[0], {frame + 1, kDimension - 1}});
      const auto expected = eigen[variant].network->step({frame, kDimension});
      const MixtureView mixture = state_.mixture();
      for (std::size_t k = 0; k < mixture.mus.size(); ++k) {
        largest = std::max<double>(largest, std::abs(mixture.mus[k] - expected[k]));
        largest = std::max<double>(largest,
                                   std::abs(mixture.sigmas[k] - expected[mixture.mus.size() + k]));
      }
    }
    return largest;
  }

  Weights weights;
  std::vector<EigenVariant> eigen;
  std::vector<float> plain;

 private:
  static constexpr std::size_t kFrames = 64;

  template <class Step>
  double time(double milliseconds, Step&& step) {
    const auto run = [&](long steps) {
      const double begin = computed();
      for (long k = 0; k < steps; ++k)
        step(frames_ + static_cast<std::size_t>(k) % kFrames * kDimension);
      return computed() - begin;
    };
    run(2);  // into the caches
    const double once = run(4) / 4;
    const long steps = std::max(4L, static_cast<long>(milliseconds * 1e6 / once));
    return run(steps) / static_cast<double>(steps);
  }

  Mdrnn model_;
  Mdrnn::State state_;
  double frames_[kFrames * kDimension];
  volatile float sink_ = 0;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int compare(int rounds, const std::string& only) {
  std::printf("%s; medians of %d rounds in turns, nanoseconds a step\n",
              std::string(simd_target()).c_str(), rounds);
  std::printf("%-4s %10s %10s %7s %10s %6s  %s\n", "size", "imps", "Eigen", "ratio", "reading",
              "GB/s", "Eigen variant");
  for (const Size& size : kSizes) {
    if (!only.empty() && only != size.name) continue;
    Contest contest(size);
    const std::size_t best = contest.best_variant();
    if (const double difference = Contest(size).difference(best); !(difference < 1e-4)) {
      std::fprintf(stderr, "%s: the two differ by %g\n", size.name, difference);
      return 1;
    }
    std::vector<double> ours, theirs, ratios, reading;
    for (int round = 0; round < rounds; ++round) {
      ours.push_back(contest.ours());
      theirs.push_back(contest.theirs(best));
      ratios.push_back(ours.back() / theirs.back());
      reading.push_back(contest.reading());
    }
    std::printf("%-4s %10.0f %10.0f %7.3f %10.0f %6.1f  %s\n", size.name, median(ours),
                median(theirs), median(ratios), median(reading),
                static_cast<double>(bytes(contest.weights)) / median(ours),
                std::string(contest.eigen[best].name).c_str());
    std::fflush(stdout);
  }
  return 0;
}

const Size* find(const std::string& name) {
  for (const Size& size : kSizes) {
    if (name == size.name) return &size;
  }
  std::fprintf(stderr, "no size '%s'\n", name.c_str());
  return nullptr;
}

int serve() {
  std::map<std::string, Contest> contests;
  std::map<std::string, std::size_t> best;
  std::string name, contender;
  while (std::cin >> name >> contender) {
    const Size* const size = find(name);
    if (size == nullptr) return 2;
    auto [at, made] = contests.try_emplace(name, *size);
    if (made) best[name] = at->second.best_variant();
    const double ns = contender == "imps"    ? at->second.ours()
                      : contender == "eigen" ? at->second.theirs(best[name])
                                             : at->second.reading();
    std::printf("%.1f\n", ns);
    std::fflush(stdout);
  }
  return 0;
}

int write_weights(const std::string& name) {
  const Size* const size = find(name);
  if (size == nullptr) return 2;
  const Weights w = random_weights(*size);
  const auto put = [](const std::vector<float>& values) {
    std::fwrite(values.data(), sizeof(float), values.size(), stdout);
  };
  for (const LstmWeights& l : w.lstm) {
    put(l.kernel);
    put(l.recurrent_kernel);
    put(l.bias);
  }
  for (const DenseWeights* d : {&w.mus, &w.sigmas, &w.pi}) {
    put(d->kernel);
    put(d->bias);
  }
  return 0;
}

}  // namespace
}  // namespace imps::bench

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "101";
  if (mode == "--serve") return imps::bench::serve();
  if (mode == "--weights" && argc > 2) return imps::bench::write_weights(argv[2]);
  const int rounds = std::atoi(mode.c_str());
  return imps::bench::compare(rounds > 0 ? rounds : 101, argc > 2 ? argv[2] : "");
}
