#include <string>

#include <gtest/gtest.h>

#include "interface/osc/pattern.h"

namespace imps {
namespace {

TEST(OscPattern, FollowsTheRulesOfOsc) {
  struct Case {
    const char* pattern;
    const char* address;
    bool matches;
  };
  for (const auto& [pattern, address, matches] : std::initializer_list<Case>{
           {"/a", "/a", true},
           {"/a", "/b", false},
           {"/a", "/ab", false},
           {"/ab", "/a", false},
           {"/?", "/a", true},
           {"/?", "/", false},
           {"/a?c", "/a/c", false},
           {"/*", "/abc", true},
           {"/*", "/", true},
           {"/*", "/a/b", false},
           {"/*/b", "/a/b", true},
           {"/a*c", "/abbc", true},
           {"/a*c", "/abbd", false},
           {"/**", "/abc", true},
           {"/*b*", "/abc", true},
           {"/[abc]", "/b", true},
           {"/[abc]", "/d", false},
           {"/[a-c]", "/b", true},
           {"/[c-a]", "/b", true},
           {"/[a-c]", "/d", false},
           {"/[!a-c]", "/d", true},
           {"/[!a-c]", "/b", false},
           {"/[a-]", "/-", true},
           {"/[]", "/a", false},
           {"/[a", "/a", false},
           {"/{on,off}", "/on", true},
           {"/{on,off}", "/off", true},
           {"/{on,off}", "/of", false},
           {"/{on,off}", "/onoff", false},
           {"/{a,ab}c", "/abc", true},
           {"/{,x}a", "/a", true},
           {"/{a", "/a", false},
           {"/a]", "/a]", true},
           {"/a}", "/a}", true},
           {"", "", true},
           {"", "/", false},
           {"/[!x]", "//", false},
       }) {
    EXPECT_EQ(osc_pattern_matches(pattern, address), matches) << pattern << " " << address;
  }
}

TEST(OscPattern, IsQuickWhateverStrangersSend) {
  // Following one star after the other, each with a try of its own, this would outlast the night.
  std::string pattern = "/";
  for (int i = 0; i < 80; ++i)
    pattern += "*a?";
  EXPECT_TRUE(osc_pattern_matches(pattern, "/" + std::string(200, 'a')));
  pattern += 'b';
  EXPECT_FALSE(osc_pattern_matches(pattern, "/" + std::string(200, 'a')));
  EXPECT_FALSE(osc_pattern_matches(std::string(256, '*'), "/a"));
  EXPECT_FALSE(osc_pattern_matches("/*", "/" + std::string(255, 'a')));
}

}  // namespace
}  // namespace imps
