#include "train/panels.h"

#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

#include <gmock/gmock.h>

namespace imps::train {
namespace {

/// Numbers that are the same everywhere.
std::vector<float> numbers(std::size_t count, unsigned seed) {
  std::mt19937 draw(seed);
  std::vector<float> all(count);
  for (float& one : all)
    one = static_cast<float>(draw() % 2001) / 1000 - 1;
  return all;
}

TEST(Panels, MultiplyAsTheWholeMatrixDoes) {
  keep_blas_to_one_thread();
  constexpr std::size_t kRows = 8;
  for (const std::size_t units : {1U, 17U, 64U, 100U, 256U, 512U}) {
    const std::size_t gates = 4 * units;
    const std::vector<float> a = numbers(kRows * gates, 1);
    const std::vector<float> b = numbers(units * gates, 2);
    Panels<float> panels(units * gates, kRows);
    for (const Turned turn : {Turned::no, Turned::yes}) {
      const std::size_t inner = turn == Turned::no ? units : gates;
      const std::size_t columns = turn == Turned::no ? gates : units;
      panels.hold(turn, inner, columns, b.data(), gates);
      for (const std::size_t rows : {kRows, kRows - 5}) {
        for (const float beta : {0.0F, 1.0F}) {
          std::vector<float> wanted = numbers(kRows * columns, 3);
          std::vector<float> got = wanted;
          multiply(Turned::no, turn, rows, columns, inner, a.data(), inner, b.data(), gates, beta,
                   wanted.data(), columns);
          panels.multiply(rows, a.data(), inner, beta, got.data(), columns);
          // Sums of so many products of numbers below 1 in another order, in single precision.
          const double tolerance = 1e-6 * std::sqrt(static_cast<double>(inner)) * 8;
          for (std::size_t k = 0; k < got.size(); ++k)
            ASSERT_NEAR(got[k], wanted[k], tolerance) << units << " units, " << rows << " rows";
        }
      }
    }
  }
}

}  // namespace
}  // namespace imps::train
