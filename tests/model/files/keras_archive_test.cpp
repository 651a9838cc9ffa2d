#include "model/files/h5/keras_archive.h"

#include <cstring>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/files/made_files.h"

namespace imps::files {
namespace {

using test::Bytes;
using testing::HasSubstr;

TEST(KerasArchive, GivesItsThreeMembersAndIgnoresOthers) {
  const auto archive = read_keras_archive(test::make_zip({
      {"metadata.json", test::bytes_of("m")},
      {"config.json", test::bytes_of("c")},
      {"../../outside", test::bytes_of("x")},
      {"model.weights.h5", test::bytes_of("w")},
  }));
  ASSERT_TRUE(archive.has_value()) << archive.error().message;
  EXPECT_EQ(archive->metadata, "m");
  EXPECT_EQ(archive->config, "c");
  EXPECT_EQ(archive->weights, test::bytes_of("w"));
}

TEST(KerasArchive, IsRefusedWhenCutAtAnyByte) {
  const Bytes whole = test::make_zip({{"config.json", test::bytes_of("{}")},
                                      {"model.weights.h5", test::bytes_of("some weights")}});
  for (std::size_t size = 0; size < whole.size(); ++size)
    ASSERT_FALSE(read_keras_archive(std::span(whole).first(size)).has_value()) << size;
}

TEST(KerasArchive, RefusesAMemberWhoseChecksumIsWrong) {
  Bytes whole = test::make_zip({{"model.weights.h5", test::bytes_of("uncompressible 4711")}});
  const std::string name = "model.weights.h5";
  const auto text = test::bytes_of("4711");
  const auto at = std::search(whole.begin(), whole.end(), text.begin(), text.end());
  ASSERT_NE(at, whole.end()) << "the member is expected to be stored as it is";
  *at = std::byte{'5'};
  const auto archive = read_keras_archive(whole);
  ASSERT_FALSE(archive.has_value());
  EXPECT_THAT(archive.error().message, HasSubstr("model.weights.h5"));
}

}  // namespace
}  // namespace imps::files
