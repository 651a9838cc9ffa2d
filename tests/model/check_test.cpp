#include <functional>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <imps/model.h>

#include "tests/support/scalar_mdrnn.h"

namespace imps {
namespace {

using test::random_weights;
using ::testing::AllOf;
using ::testing::HasSubstr;

// What check() says of good weights after `harm` was done to them.
std::string complaint(const std::function<void(Weights&)>& harm) {
  Weights weights = random_weights({3, 2, 8, 5}, 1);
  harm(weights);
  const Result<void> checked = check(weights);
  EXPECT_EQ(checked.has_value(), Mdrnn::make(weights).has_value());
  return checked ? "" : checked.error().message;
}

TEST(Check, AcceptsAWholeNetwork) {
  EXPECT_EQ(complaint([](Weights&) {}), "");
}

TEST(Check, NamesASizeOutOfRange) {
  EXPECT_EQ(complaint([](Weights& w) { w.sizes.dimension = 130; }),
            "dimension: 130, expected 2 to 129");
  EXPECT_EQ(complaint([](Weights& w) { w.sizes.dimension = 1; }),
            "dimension: 1, expected 2 to 129");
  EXPECT_EQ(complaint([](Weights& w) { w.sizes.layers = 0; }), "layers: 0, expected 1 to 8");
  EXPECT_EQ(complaint([](Weights& w) { w.sizes.units = 4097; }), "units: 4097, expected 1 to 4096");
  EXPECT_EQ(complaint([](Weights& w) { w.sizes.mixtures = -3; }), "mixtures: -3, expected 1 to 64");
}

TEST(Check, NamesATensorOfTheWrongSize) {
  EXPECT_EQ(complaint([](Weights& w) { w.lstm.pop_back(); }), "1 LSTM layers, expected 2");
  EXPECT_EQ(complaint([](Weights& w) { w.lstm[1].kernel.pop_back(); }),
            "tensor lstm_1/kernel: 255 values, expected 8 × 32 = 256");
  EXPECT_THAT(complaint([](Weights& w) { w.lstm[0].kernel.clear(); }),
              HasSubstr("lstm_0/kernel: 0 values, expected 3 × 32 = 96"));
  EXPECT_THAT(complaint([](Weights& w) { w.lstm[0].recurrent_kernel.push_back(0); }),
              HasSubstr("lstm_0/recurrent_kernel: 257 values"));
  EXPECT_THAT(complaint([](Weights& w) { w.lstm[1].bias.clear(); }), HasSubstr("lstm_1/bias"));
  EXPECT_THAT(complaint([](Weights& w) { w.mus.kernel.clear(); }), HasSubstr("mdn_mus/kernel"));
  EXPECT_THAT(complaint([](Weights& w) { w.sigmas.bias.clear(); }), HasSubstr("mdn_sigmas/bias"));
  EXPECT_THAT(complaint([](Weights& w) { w.pi.kernel.push_back(0); }), HasSubstr("mdn_pi/kernel"));
}

TEST(Check, NamesAValueThatIsNoWeight) {
  EXPECT_THAT(complaint([](Weights& w) {
                w.lstm[1].recurrent_kernel[35] = std::numeric_limits<float>::quiet_NaN();
              }),
              AllOf(HasSubstr("tensor lstm_1/recurrent_kernel"), HasSubstr("nan"),
                    HasSubstr("row 1, column 3")));
  EXPECT_THAT(complaint([](Weights& w) { w.pi.bias[4] = std::numeric_limits<float>::infinity(); }),
              AllOf(HasSubstr("tensor mdn_pi/bias"), HasSubstr("inf")));
  EXPECT_THAT(complaint([](Weights& w) { w.mus.kernel[0] = -2e30f; }),
              AllOf(HasSubstr("tensor mdn_mus/kernel"), HasSubstr("-2e+30")));
}

TEST(SizeName, IsTheFields) {
  EXPECT_EQ(size_name({9, 2, 16, 5}), "xxs");
  EXPECT_EQ(size_name({9, 2, 32, 5}), "xs");
  EXPECT_EQ(size_name({9, 2, 64, 5}), "s");
  EXPECT_EQ(size_name({9, 2, 128, 5}), "m");
  EXPECT_EQ(size_name({9, 2, 256, 5}), "l");
  EXPECT_EQ(size_name({9, 3, 512, 5}), "xl");
  EXPECT_EQ(size_name({9, 3, 64, 5}), "");
  EXPECT_EQ(size_name({9, 2, 65, 5}), "");
}

}  // namespace
}  // namespace imps
