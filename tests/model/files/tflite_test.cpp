#include "model/files/tflite.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/model/files/made_files.h"
#include "tests/support/sanitized.h"

namespace imps::files {
namespace {

using test::Bytes;
using testing::HasSubstr;

Bytes loop_file() {
  return test::read_bytes(test::kept_files() /
                          "dim3-layers3-units9-mixtures3-keras3-inference.tflite");
}
Bytes fused_file() {
  return test::read_bytes(test::kept_files() /
                          "dim8-layers1-units8-mixtures5-keras2-training.tflite");
}
Bytes half_file() {
  return test::read_bytes(test::kept_files() /
                          "dim8-layers1-units8-mixtures5-keras2-inference-float16.tflite");
}

std::string error_of(std::span<const std::byte> bytes) {
  const auto file = read_tflite(bytes);
  return file ? "no error" : file.error().message;
}

// Where `what` stands in `bytes` the only time.
std::size_t find(const Bytes& bytes, std::span<const std::byte> what) {
  const auto at = std::search(bytes.begin(), bytes.end(), what.begin(), what.end());
  EXPECT_NE(at, bytes.end());
  return static_cast<std::size_t>(at - bytes.begin());
}

TEST(Tflite, IsReadWholeOrRefusedWhenCutAtAnyByte) {
  for (const Bytes& whole : {loop_file(), fused_file(), half_file()}) {
    const auto file = read_tflite(whole);
    ASSERT_TRUE(file.has_value()) << file.error().message;
    std::size_t refused = 0;
    for (std::size_t size = 0; size < whole.size(); ++size) {
      // A copy of that size, so that a sanitizer sees every byte that is read beyond it.
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      const auto read = read_tflite(cut);
      refused += read ? 0 : 1;
      if (read) {
        ASSERT_TRUE(test::same(read->weights, file->weights)) << size;
      }
    }
    // Only padding at the end may be missed.
    EXPECT_GE(refused, whole.size() - 16);
  }
}

RC_GTEST_PROP(Tflite, GivesAModelOrAnErrorWhateverIsChanged, ()) {
  static const std::array<Bytes, 3> files{loop_file(), fused_file(), half_file()};
  Bytes bytes = files[*rc::gen::inRange<std::size_t>(0, 3)];
  const auto changes = *rc::gen::inRange(1, 6);
  for (int i = 0; i < changes; ++i) {
    bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] =
        std::byte{*rc::gen::arbitrary<unsigned char>()};
  }
  const auto file = read_tflite(bytes);
  if (!file) RC_ASSERT(!file.error().message.empty());
}

TEST(Tflite, TakesAVectorLargerThanTheFileForDamage) {
  // Every length in the file in turn says 2^32 − 16: none is believed. Most of it is weights, which
  // are read anew each time.
  const Bytes whole = loop_file();
  for (std::size_t at = 0; at + 4 <= whole.size(); at += test::kSanitized ? 12 : 4) {
    Bytes bytes = whole;
    const std::uint32_t huge = 0xfffffff0U;
    std::memcpy(bytes.data() + at, &huge, sizeof huge);
    const auto file = read_tflite(bytes);
    if (!file) {
      ASSERT_FALSE(file.error().message.empty());
    }
  }
}

TEST(Tflite, NamesATensorWhoseShapeItsBytesDoNotFill) {
  const auto file = read_tflite(loop_file());
  ASSERT_TRUE(file.has_value());
  // The shape [36, 9] of a recurrent kernel becomes [36, 10].
  const std::array<std::int32_t, 3> shape{2, 36, 9};
  Bytes bytes = loop_file();
  const std::size_t at = find(bytes, std::as_bytes(std::span(shape)));
  bytes[at + 8] = std::byte{10};
  EXPECT_THAT(error_of(bytes), HasSubstr("shape [36, 10] takes 1440 bytes, it has 1296"));
}

TEST(Tflite, RefusesGatesThatAreNotKeras) {
  // Operator number 14 is LOGISTIC; number 98 would be LEAKY_RELU.
  Bytes bytes = loop_file();
  const auto name = test::bytes_of("TFL3");
  ASSERT_EQ(find(bytes, name), 4U);
  bool refused = false;
  for (std::size_t at = 0; at < bytes.size() && !refused; ++at) {
    if (bytes[at] != std::byte{14}) continue;
    Bytes changed = bytes;
    changed[at] = std::byte{98};
    refused = error_of(changed).find("gates are not sigmoid") != std::string::npos;
  }
  EXPECT_TRUE(refused);
}

TEST(Tflite, RefusesWhatIsNoMdrnn) {
  EXPECT_THAT(error_of(test::bytes_of("\x08\0\0\0TFL3 and nothing of the kind")),
              HasSubstr("not a sound TensorFlow Lite file"));
}

}  // namespace
}  // namespace imps::files
