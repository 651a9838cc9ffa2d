#include "config/bytes.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

namespace imps {
namespace {

using testing::HasSubstr;

TEST(Bytes, AreReadAsPeopleWriteThem) {
  EXPECT_EQ(*bytes_from_text("500 MB"), 500'000'000u);
  EXPECT_EQ(*bytes_from_text("2GB"), 2'000'000'000u);
  EXPECT_EQ(*bytes_from_text("1.5 gb"), 1'500'000'000u);
  EXPECT_EQ(*bytes_from_text("64 KiB"), 65'536u);
  EXPECT_EQ(*bytes_from_text("10 kB"), 10'000u);
  EXPECT_EQ(*bytes_from_text("123"), 123u);
  EXPECT_EQ(*bytes_from_text("0 B"), 0u);
}

TEST(Bytes, RefuseWhatIsNoSize) {
  for (const char* const text :
       {"", " ", "MB", "-1 MB", "+1 MB", "1e9", "inf", "nan", "0x10", "1 MBit", "1 MB of logs",
        "1,5 GB", "9007199254740994", "99999999 TB", "1 M B"}) {
    EXPECT_FALSE(bytes_from_text(text).has_value()) << text;
  }
  EXPECT_THAT(bytes_from_text("lots").error().message, HasSubstr("500 MB"));
}

TEST(Bytes, AreWrittenWithTheLargestUnitThatIsExact) {
  EXPECT_EQ(bytes_to_text(2'000'000'000), "2 GB");
  EXPECT_EQ(bytes_to_text(1'500'000'000), "1500 MB");
  EXPECT_EQ(bytes_to_text(65'536), "65536 B");
  EXPECT_EQ(bytes_to_text(0), "0 B");
}

RC_GTEST_PROP(Bytes, ComeBackFromTheirText, ()) {
  const auto bytes = *rc::gen::inRange<std::uint64_t>(0, kMostBytes);
  const auto unit = *rc::gen::element<std::uint64_t>(1, 1000, 1'000'000, 1'000'000'000);
  const std::uint64_t rounded = bytes / unit * unit;
  RC_ASSERT(*bytes_from_text(bytes_to_text(rounded)) == rounded);
}

}  // namespace
}  // namespace imps
