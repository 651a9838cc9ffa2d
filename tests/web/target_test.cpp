// Paths and queries from anybody.
#include "web/target.h"

#include <gmock/gmock.h>

namespace imps::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(RequestTarget, IsCutIntoDecodedParts) {
  const auto target = read_target("/api/v1/takes/a%20b.log/picture?width=200&of=%c3%a9");
  ASSERT_TRUE(target);
  EXPECT_THAT(target->path, ElementsAre("api", "v1", "takes", "a b.log", "picture"));
  EXPECT_THAT(target->query, UnorderedElementsAre(Pair("width", "200"), Pair("of", "\xc3\xa9")));
}

TEST(RequestTarget, OfTheRootHasNoParts) {
  ASSERT_TRUE(read_target("/"));
  EXPECT_THAT(read_target("/")->path, IsEmpty());
  EXPECT_THAT(read_target("/?token=abc")->query, ElementsAre(Pair("token", "abc")));
}

TEST(RequestTarget, ThatLeavesItsPlaceIsNone) {
  for (const char* const bad :
       {"", "api", "*", "http://elsewhere/", "//elsewhere/x", "/a/../b", "/a/./b", "/%2e%2e/b",
        "/a%2fb", "/a%5Cb", "/a%00", "/a%", "/a%2", "/a%zz", "/a//b"})
    EXPECT_FALSE(read_target(bad)) << bad;
}

TEST(RequestTarget, OfManyPartsOrGreatLengthIsNone) {
  std::string deep;
  for (int k = 0; k < 17; ++k)
    deep += "/a";
  EXPECT_FALSE(read_target(deep));
  EXPECT_TRUE(read_target(deep.substr(2)));
  EXPECT_FALSE(read_target("/" + std::string(5000, 'a')));
  std::string wide = "/?";
  for (int k = 0; k < 17; ++k)
    wide += "k" + std::to_string(k) + "=1&";
  EXPECT_FALSE(read_target(wide));
}

TEST(RequestTarget, ThatIsNoneSaysWhy) {
  EXPECT_THAT(read_target("api").error().message, HasSubstr("slash"));
  EXPECT_THAT(read_target("/a/../b").error().message, HasSubstr("'..'"));
  EXPECT_THAT(read_target("/a%zz").error().message, HasSubstr("hexadecimal"));
  EXPECT_THAT(read_target("/?a=%2").error().message, HasSubstr("hexadecimal"));
  EXPECT_THAT(read_target("/" + std::string(5000, 'a')).error().message, HasSubstr("4096 bytes"));
}

TEST(Cookie, IsFoundByItsWholeName) {
  EXPECT_EQ(cookie("a=1; imps=secret; b=2", "imps"), "secret");
  EXPECT_EQ(cookie("imps=secret", "imps"), "secret");
  EXPECT_EQ(cookie("notimps=secret; imps2=x", "imps"), "");
  EXPECT_EQ(cookie("", "imps"), "");
  EXPECT_EQ(cookie(";;=;imps", "imps"), "");
}

}  // namespace
}  // namespace imps::test
