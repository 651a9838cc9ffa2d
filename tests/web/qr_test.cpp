// A link as a picture that telephones read.
#include "web/qr.h"

#include <gmock/gmock.h>

namespace imps::test {
namespace {

using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(QrCode, IsASquareWithItsThreeCorners) {
  const auto rows = qr_rows("http://192.168.1.2:4000/?token=0123456789abcdef0123456789abcdef");
  ASSERT_GT(rows.size(), 20U);
  EXPECT_EQ(rows.size() % 4, 1U);
  EXPECT_THAT(rows, Each(SizeIs(rows.size())));
  // ISO/IEC 18004, "Finder pattern".
  EXPECT_THAT(rows[0], StartsWith("11111110"));
  EXPECT_THAT(rows[1], StartsWith("10000010"));
  EXPECT_THAT(rows[2], StartsWith("10111010"));
  EXPECT_EQ(rows[0].substr(rows.size() - 8), "01111111");
  EXPECT_THAT(rows[rows.size() - 1], StartsWith("11111110"));
}

TEST(QrCode, IsDrawnWithItsBorder) {
  const auto rows = qr_rows("imps");
  const auto lines = qr_lines("imps");
  ASSERT_EQ(lines.size(), (rows.size() + 4 + 1) / 2);
  EXPECT_THAT(lines[0], StartsWith("█████")) << "two rows of border";
  EXPECT_THAT(lines[1], StartsWith("██ ▄▄▄▄▄ █")) << "the corner";
}

TEST(QrCode, OfTooLongATextIsNone) {
  EXPECT_THAT(qr_rows(std::string(3000, 'a')), IsEmpty());
  EXPECT_THAT(qr_lines(std::string(3000, 'a')), IsEmpty());
}

}  // namespace
}  // namespace imps::test
