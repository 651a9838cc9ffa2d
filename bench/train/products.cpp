// How fast training's products of matrices are, beside one large product by the same BLAS:
//
//     cmake --preset bench && cmake --build build/bench --target products && build/bench/products
//
// One thread. Each figure is the best of several rounds in turn: what else the machine does only
// ever costs.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>

#include <imps/model.h>

#include "train/blas.h"
#include "train/panels.h"

namespace {

using imps::train::multiply;
using imps::train::Panels;
using imps::train::Turned;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kGates = 4;
constexpr std::size_t kRows = 8;    // windows of a slice
constexpr std::size_t kSteps = 50;  // of a window
constexpr std::size_t kFrames = kRows * kSteps;
constexpr std::size_t kLarge = 2048;
constexpr int kRounds = 7;
constexpr double kSecondsARound = 0.05;

struct Product {
  std::size_t rows, columns, inner;
  std::function<void()> run;
  double best = 0;  // GFLOP/s

  /// Additions and multiplications.
  [[nodiscard]] double work() const {
    return 2.0 * static_cast<double>(rows) * static_cast<double>(columns) *
           static_cast<double>(inner);
  }

  void measure() {
    std::size_t times = 0;
    const auto before = Clock::now();
    double seconds = 0;
    do {
      run();
      ++times;
      seconds = std::chrono::duration<double>(Clock::now() - before).count();
    } while (seconds < kSecondsARound);
    best = std::max(best, work() * static_cast<double>(times) / seconds * 1e-9);
  }
};

std::vector<float> numbers(std::size_t count) {
  std::vector<float> all(count);
  for (std::size_t k = 0; k < count; ++k)
    all[k] = static_cast<float>(k % 17) / 17 - 0.5F;
  return all;
}

/// The products of one layer that has as many inputs as units, there and back, in this order.
enum : std::size_t { forward_step, backward_step, inputs, weights, to_inputs, kProducts };

/// How often a slice of windows takes each of them.
constexpr std::array<std::size_t, kProducts> kTimes{kSteps, kSteps - 1, 1, 2, 1};

/// What they reach together, GFLOP/s: all work by all time.
double together(const std::array<Product, kProducts>& products) {
  double work = 0;
  double time = 0;
  for (std::size_t k = 0; k < kProducts; ++k) {
    const double each = static_cast<double>(kTimes[k]) * products[k].work();
    work += each;
    time += each / products[k].best;
  }
  return work / time;
}

/// `imps train` asks for the kernels that fit the processor, which OpenBLAS reads as it starts.
void begin_as_training_does(char** arguments) {
  constexpr const char* kName = "OPENBLAS_CORETYPE";
  constexpr const char* kWanted = "SkylakeX";
  const char* const now = std::getenv(kName);
  if (!imps::simd_target().starts_with("AVX3") || (now != nullptr && std::string(now) == kWanted))
    return;
  ::setenv(kName, kWanted, 1);
  ::execv("/proc/self/exe", arguments);
}

}  // namespace

int main(int, char** arguments) {
  begin_as_training_does(arguments);
  imps::train::keep_blas_to_one_thread();
  std::vector<float> a = numbers(kLarge * kLarge);
  std::vector<float> b = numbers(kLarge * kLarge);
  std::vector<float> c(kLarge * kLarge);
  const auto few = [&](Turned turn_b, std::size_t rows, std::size_t columns, std::size_t inner) {
    const std::size_t ldb = turn_b == Turned::yes ? inner : columns;
    const auto panels = std::make_shared<Panels<float>>(inner * columns, rows);
    return Product{rows, columns, inner, [=, &a, &b, &c, times = std::size_t{0}]() mutable {
                     // As a layer does: for all steps of a window.
                     if (times++ % kSteps == 0) panels->hold(turn_b, inner, columns, b.data(), ldb);
                     panels->multiply(rows, a.data(), inner, 0.0F, c.data(), columns);
                   }};
  };
  const auto product = [&](Turned turn_a, Turned turn_b, std::size_t rows, std::size_t columns,
                           std::size_t inner) {
    const std::size_t lda = turn_a == Turned::yes ? rows : inner;
    const std::size_t ldb = turn_b == Turned::yes ? inner : columns;
    return Product{rows, columns, inner, [=, &a, &b, &c] {
                     multiply(turn_a, turn_b, rows, columns, inner, a.data(), lda, b.data(), ldb,
                              0.0F, c.data(), columns);
                   }};
  };
  Product large = product(Turned::no, Turned::no, kLarge, kLarge, kLarge);
  std::vector<std::array<Product, kProducts>> table;
  const std::array<std::size_t, 5> sizes{32, 64, 128, 256, 512};
  for (const std::size_t units : sizes) {
    const std::size_t gates = kGates * units;
    table.push_back({few(Turned::no, kRows, gates, units), few(Turned::yes, kRows, units, gates),
                     product(Turned::no, Turned::no, kFrames, gates, units),
                     product(Turned::yes, Turned::no, units, gates, kFrames),
                     product(Turned::no, Turned::yes, kFrames, units, gates)});
  }
  for (int round = 0; round < kRounds; ++round) {
    large.measure();
    for (auto& row : table)
      for (Product& one : row)
        one.measure();
  }
  std::printf("%zu x %zu x %zu: %.0f GFLOP/s\n\n", kLarge, kLarge, kLarge, large.best);
  std::printf(
      "| units | h . Wh, %zu windows | dz . Wh', %zu windows | x . Wx, %zu frames | dW, %zu "
      "frames | dz . Wx', %zu frames | together, of the large one | least |\n"
      "|---|---|---|---|---|---|---|---|\n",
      kRows, kRows, kFrames, kFrames, kFrames);
  for (std::size_t k = 0; k < table.size(); ++k) {
    double least = table[k][0].best;
    std::printf("| %zu |", sizes[k]);
    for (const Product& one : table[k]) {
      std::printf(" %.0f |", one.best);
      least = std::min(least, one.best);
    }
    std::printf(" %.0f %% | %.0f %% |\n", 100 * together(table[k]) / large.best,
                100 * least / large.best);
  }
  return 0;
}
