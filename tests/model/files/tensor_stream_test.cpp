#include "model/files/tensor_stream.h"

#include <cstdint>
#include <cstring>

#include <gtest/gtest.h>

namespace imps::files {
namespace {

TensorStreamWriter two_tensors_and_a_text() {
  TensorStreamWriter stream;
  stream.tensor({.name = "a",
                 .shape = {2, 3},
                 .type = "float32",
                 .values = {1, 2, 3, 4, 5, 6},
                 .read = true});
  stream.tensor({.name = "b", .shape = {1ULL << 60}, .type = "int64"});
  stream.text("name", "text");
  stream.end();
  return stream;
}

TEST(TensorStream, GivesBackWhatWasWritten) {
  const auto stream = two_tensors_and_a_text();
  const auto found = read_tensor_stream(stream.bytes());
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->tensors.size(), 2U);
  EXPECT_EQ(found->tensors[0].values, (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(describe(found->tensors[0]), "float32 [2, 3]");
  EXPECT_FALSE(found->tensors[1].read);
  ASSERT_EQ(found->texts.size(), 1U);
  EXPECT_EQ(found->texts[0].second, "text");
}

TEST(TensorStream, IsRefusedWhenCutAnywhere) {
  const auto stream = two_tensors_and_a_text();
  for (std::size_t size = 0; size < stream.bytes().size(); ++size)
    EXPECT_FALSE(read_tensor_stream(stream.bytes().first(size)).has_value()) << size;
}

TEST(TensorStream, CarriesAnErrorInsteadOfTensors) {
  auto stream = two_tensors_and_a_text();
  stream.error("it is damaged");
  const auto found = read_tensor_stream(stream.bytes());
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().message, "it is damaged");
}

TEST(TensorStream, DoesNotAllocateWhatAShapeOnlyClaims) {
  TensorStreamWriter stream;
  stream.tensor({.name = "a", .shape = {1ULL << 33, 1ULL << 33}, .type = "float32", .read = true});
  stream.end();
  EXPECT_FALSE(read_tensor_stream(stream.bytes()).has_value());
}

}  // namespace
}  // namespace imps::files
