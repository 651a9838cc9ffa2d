// IMPSY's loss, compared with the formulas worked out one number at a time.
#include <cmath>

#include <gmock/gmock.h>

#include "evaluate/part.h"
#include "evaluate/windows.h"
#include "tests/evaluate/takes.h"
#include "tests/support/scalar_mdrnn.h"

namespace imps::evaluate {
namespace {

/// −log p of a ×10 target, as the definition has it.
double plain_nll(const std::vector<double>& out, std::size_t dimension, std::size_t mixtures,
                 const std::vector<double>& target) {
  double shares = 0;
  for (std::size_t m = 0; m < mixtures; ++m)
    shares += std::exp(out[2 * mixtures * dimension + m]);
  double density = 0;
  for (std::size_t m = 0; m < mixtures; ++m) {
    double one = std::exp(out[2 * mixtures * dimension + m]) / shares;
    for (std::size_t d = 0; d < dimension; ++d) {
      const double mu = out[m * dimension + d];
      const double sigma = out[(mixtures + m) * dimension + d];
      const double away = (10 * target[d] - mu) / sigma;
      one *= std::exp(-away * away / 2) / (sigma * std::sqrt(2 * 3.14159265358979323846));
    }
    density += one;
  }
  return -std::log(density);
}

Dataset wandering(const std::vector<std::uint64_t>& rows) {
  return test::make_dataset(3, rows, [](std::size_t take, std::uint64_t row, int d) {
    Uniforms uniforms(take, static_cast<std::uint32_t>(d), row);
    return d == 0 ? 0.2 * uniforms.next() : uniforms.next();
  });
}

TEST(ImpsyLoss, IsTheMeanOverWindowsThatBeginWithAnEmptyMemory) {
  const std::vector<std::uint64_t> takes{60, 30, 51, 75};
  const Dataset dataset = wandering(takes);
  const Sizes sizes{.dimension = 3, .layers = 2, .units = 16, .mixtures = 5};
  const Weights weights = test::random_weights(sizes, 4);
  const auto model = Mdrnn::make(weights);
  ASSERT_TRUE(model.has_value());

  std::vector<double> windows;
  for (const Take& take : dataset.takes()) {
    if (take.rows == 51) continue;  // IMPSY wants more than one window of a take
    for (std::uint64_t first = 0; first + 51 <= take.rows; ++first) {
      test::ScalarMdrnn plain(weights);
      double sum = 0;
      std::vector<double> out;
      for (std::uint64_t k = 0; k <= 50; ++k) {
        std::vector<float> row(3);
        ASSERT_TRUE(dataset.read(take.first + first + k, row).has_value());
        const std::vector<double> values(row.begin(), row.end());
        if (k > 0) sum += plain_nll(out, 3, 5, values);
        if (k < 50) out = plain.step(values);
      }
      windows.push_back(sum / 50);
    }
  }
  ASSERT_EQ(windows.size(), 10U + 0 + 0 + 25);
  const auto training = static_cast<std::size_t>(0.9 * 35);  // 31
  double expected_training = 0;
  double expected_validation = 0;
  for (std::size_t k = 0; k < windows.size(); ++k)
    (k < training ? expected_training : expected_validation) += windows[k];

  const auto loss = impsy_loss(*model, dataset, 1);
  ASSERT_TRUE(loss.has_value());
  EXPECT_EQ(loss->training.windows, 31U);
  EXPECT_EQ(loss->validation.windows, 4U);
  // The step is single precision.
  EXPECT_NEAR(loss->training.nll, expected_training / 31, 1e-5);
  EXPECT_NEAR(loss->validation.nll, expected_validation / 4, 1e-5);
  for (const unsigned threads : {2U, 5U}) {
    const auto again = impsy_loss(*model, dataset, threads);
    EXPECT_EQ(again->training.nll, loss->training.nll);
    EXPECT_EQ(again->validation.nll, loss->validation.nll);
  }
}

TEST(ImpsyLoss, WithoutAWindowHasNone) {
  const auto model = Mdrnn::make(
      test::random_weights({.dimension = 3, .layers = 1, .units = 8, .mixtures = 2}, 1));
  const auto loss = impsy_loss(*model, wandering({50, 20}), 1);
  ASSERT_TRUE(loss.has_value());
  EXPECT_EQ(loss->training.windows + loss->validation.windows, 0U);
  EXPECT_EQ(loss->training.nll, 0);
}

}  // namespace
}  // namespace imps::evaluate
