#include "model/files/safetensors.h"

#include <cmath>
#include <cstring>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/model/files/made_files.h"
#include "tests/support/models.h"

namespace imps::files {
namespace {

using test::Bytes;
using testing::HasSubstr;

const Sizes kSmall{.dimension = 3, .layers = 2, .units = 4, .mixtures = 2};

Bytes with_header(const std::string& header, std::size_t data = 0) {
  Bytes bytes(8);
  const std::uint64_t length = header.size();
  std::memcpy(bytes.data(), &length, sizeof length);
  const Bytes text = test::bytes_of(header);
  bytes.insert(bytes.end(), text.begin(), text.end());
  bytes.resize(bytes.size() + data);
  return bytes;
}

std::string error_of(const Bytes& bytes) {
  const auto file = read_safetensors(bytes);
  return file ? "no error" : file.error().message;
}

TEST(Safetensors, GivesBackEveryWeightAndTheCardInItsOrder) {
  const Weights weights = test::random_weights(kSmall, 1);
  const Notes card{{"recipe", "early stopping"}, {"date", "2019-01-17"}, {"dataset", "ä \"b\""}};
  const auto bytes = write_safetensors(weights, card);
  ASSERT_TRUE(bytes.has_value()) << bytes.error().message;
  const auto file = read_safetensors(*bytes);
  ASSERT_TRUE(file.has_value()) << file.error().message;
  EXPECT_TRUE(test::same(file->weights, weights));
  EXPECT_EQ(file->notes, card);
}

TEST(Safetensors, WithACardThatContradictsTheTensorsAreRefused) {
  const Weights weights = test::random_weights(kSmall, 1);
  const auto with_card = [&](const Notes& card) {
    return error_of(write_safetensors(weights, card).value());
  };
  EXPECT_EQ(with_card({{"dimension", "3"}, {"scale", "10"}, {"units", "4"}}), "no error");
  EXPECT_THAT(with_card({{"dimension", "99"}}), HasSubstr("its card says dimension 99"));
  EXPECT_THAT(with_card({{"scale", "0"}}), HasSubstr("its card says scale 0"));
  EXPECT_THAT(with_card({{"scale", "nan"}}), HasSubstr("its card says scale nan"));
}

RC_GTEST_PROP(Safetensors, KeepsNetworksOfEverySize, ()) {
  const Sizes sizes{.dimension = *rc::gen::inRange(2, 12),
                    .layers = *rc::gen::inRange(1, 9),
                    .units = *rc::gen::inRange(1, 12),
                    .mixtures = *rc::gen::inRange(1, 9)};
  const Weights weights = test::random_weights(sizes, 7);
  const auto bytes = write_safetensors(weights, {});
  RC_ASSERT(bytes.has_value());
  const auto file = read_safetensors(*bytes);
  RC_ASSERT(file.has_value());
  RC_ASSERT(test::same(file->weights, weights));
}

TEST(Safetensors, ReadsNumbersOf16Bits) {
  // One LSTM unit and one component for dimension 2: 26 numbers, each of them 16 bits.
  Bytes bytes = with_header(
      R"({"lstm0.kernel":{"dtype":"F16","shape":[2,4],"data_offsets":[0,16]},)"
      R"("lstm0.recurrent_kernel":{"dtype":"F16","shape":[1,4],"data_offsets":[16,24]},)"
      R"("lstm0.bias":{"dtype":"F16","shape":[4],"data_offsets":[24,32]},)"
      R"("mdn.mus.kernel":{"dtype":"F16","shape":[1,2],"data_offsets":[32,36]},)"
      R"("mdn.mus.bias":{"dtype":"F16","shape":[2],"data_offsets":[36,40]},)"
      R"("mdn.sigmas.kernel":{"dtype":"F16","shape":[1,2],"data_offsets":[40,44]},)"
      R"("mdn.sigmas.bias":{"dtype":"F16","shape":[2],"data_offsets":[44,48]},)"
      R"("mdn.pi.kernel":{"dtype":"F16","shape":[1,1],"data_offsets":[48,50]},)"
      R"("mdn.pi.bias":{"dtype":"F16","shape":[1],"data_offsets":[50,52]}})",
      52);
  // IEEE 754: 1, -2, the largest, the smallest above 0, -0.
  const std::uint16_t values[]{0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000};
  std::memcpy(bytes.data() + bytes.size() - 52, values, sizeof values);
  const auto file = read_safetensors(bytes);
  ASSERT_TRUE(file.has_value()) << file.error().message;
  EXPECT_EQ(file->weights.sizes, (Sizes{.dimension = 2, .layers = 1, .units = 1, .mixtures = 1}));
  EXPECT_THAT(file->weights.lstm[0].kernel,
              testing::ElementsAre(1, -2, 65504, 0x1p-24F, 0, 0, 0, 0));
  // Cut anywhere it is refused, as any other.
  for (std::size_t size = 0; size < bytes.size(); ++size)
    ASSERT_FALSE(read_safetensors(std::span(bytes).first(size)).has_value()) << size;
  bytes[bytes.size() - 51] = std::byte{0x7e};  // NaN
  const auto spoiled = read_safetensors(bytes);
  EXPECT_FALSE(spoiled.has_value() && check(spoiled->weights).has_value());
}

TEST(Safetensors, AlignsTheValuesForUseInPlace) {
  const auto bytes = write_safetensors(test::random_weights(kSmall, 1), {{"a", "b"}});
  ASSERT_TRUE(bytes.has_value());
  std::uint64_t length = 0;
  std::memcpy(&length, bytes->data(), sizeof length);
  EXPECT_EQ((length + 8) % 64, 0U);
}

TEST(Safetensors, IsRefusedWhenCutAtAnyByte) {
  const auto bytes = write_safetensors(test::random_weights(kSmall, 1), {{"a", "b"}});
  ASSERT_TRUE(bytes.has_value());
  for (std::size_t size = 0; size < bytes->size(); ++size)
    ASSERT_FALSE(read_safetensors(std::span(*bytes).first(size)).has_value()) << size;
}

RC_GTEST_PROP(Safetensors, GivesAModelOrAnErrorWhateverIsChanged, ()) {
  static const Bytes whole = write_safetensors(test::random_weights(kSmall, 1), {}).value();
  Bytes bytes = whole;
  const auto changes = *rc::gen::inRange(1, 6);
  for (int i = 0; i < changes; ++i)
    bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] =
        std::byte{*rc::gen::arbitrary<unsigned char>()};
  const auto file = read_safetensors(bytes);
  if (!file) RC_ASSERT(!file.error().message.empty());
}

TEST(Safetensors, NamesATensorThatIsMissing) {
  EXPECT_THAT(error_of(with_header("{}")), HasSubstr("tensor lstm0.kernel is missing"));
}

TEST(Safetensors, NamesATensorWhoseShapeAndBytesDisagree) {
  EXPECT_THAT(
      error_of(with_header(
          R"({"lstm0.kernel": {"dtype": "F32", "shape": [4, 4], "data_offsets": [0, 8]}})", 8)),
      HasSubstr("tensor lstm0.kernel: shape [4, 4] takes 64 bytes, it has 8"));
  EXPECT_THAT(error_of(with_header(R"({"x": {"dtype": "F32",
      "shape": [4611686018427387904, 4], "data_offsets": [0, 0]}})")),
              HasSubstr("tensor x: its shape is absurd"));
  EXPECT_THAT(
      error_of(with_header(R"({"x": {"dtype": "BF16", "shape": [4], "data_offsets": [0, 8]}})", 8)),
      HasSubstr("tensor x: its dtype is neither F32 nor F16"));
}

TEST(Safetensors, RefusesHeadersThatAreDeepLongOrSayThingsTwice) {
  EXPECT_THAT(error_of(with_header(std::string(100000, '['))), HasSubstr("header"));
  EXPECT_THAT(
      error_of(with_header("{\"a\":" + std::string(100000, '[') + std::string(100000, ']') + "}")),
      HasSubstr("header"));
  std::string many = "{\"a\":1";
  for (int i = 0; i < 20000; ++i)
    many += ",\"" + std::to_string(i) + "\":1";
  EXPECT_THAT(error_of(with_header(many + "}")), HasSubstr("header"));
  const std::string entry = R"("x": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]})";
  EXPECT_THAT(error_of(with_header("{" + entry + "," + entry + "}", 4)), HasSubstr("header"));
}

TEST(Safetensors, RefusesAHeaderLongerThanTheFile) {
  Bytes bytes = with_header("{}");
  bytes[4] = std::byte{1};  // 2^32 and 2 bytes
  EXPECT_THAT(error_of(bytes), HasSubstr("at most 262144"));
}

TEST(Safetensors, DoesNotWriteWhatCouldNotBePlayed) {
  Weights weights = test::random_weights(kSmall, 1);
  weights.mus.bias[0] = NAN;
  EXPECT_FALSE(write_safetensors(weights, {}).has_value());
  EXPECT_FALSE(
      write_safetensors(test::random_weights(kSmall, 1), {{"a", "1"}, {"a", "2"}}).has_value());
}

}  // namespace
}  // namespace imps::files
