#include "config/text.h"

#include <gmock/gmock.h>

namespace imps {
namespace {

TEST(Utf8, IsToldFromWhatOnlyLooksLikeIt) {
  for (const char* const good : {"", "plain", "Gerät", "日本", "🎹"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* const bad : {"\xff", "\xc3", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80",
                                "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "a\x80"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(Shortened, CutsBetweenCharactersAndShowsNoControlCharacters) {
  EXPECT_EQ(shortened("short", 10), "short");
  EXPECT_EQ(shortened("abcdef", 3), "abc…");
  EXPECT_EQ(shortened("aä", 2), "a…");
  EXPECT_EQ(shortened("a\nb\x1b[2J\xff"), "a?b?[2J?");
}

TEST(Quotes, HideNothingThatTomlWouldMisread) {
  EXPECT_EQ(in_quotes("a\"b\\c\n\x01"), "\"a\\\"b\\\\c\\n\\u0001\"");
}

TEST(Paths, KeepTheirLettersOnTheWayThroughUtf8) {
  EXPECT_EQ(to_utf8(path_from_utf8("modèles/日本.keras")), "modèles/日本.keras");
}

}  // namespace
}  // namespace imps
