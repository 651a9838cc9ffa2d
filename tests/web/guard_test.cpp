// Who may come in.
#include "web/guard.h"

#include <set>

#include <gtest/gtest.h>

namespace imps::test {
namespace {

Visitor here() { return {.is_here = true, .host = "localhost:4000"}; }

TEST(Guard, LetsThisMachineInWithoutAToken) {
  for (const char* const host : {"localhost:4000", "127.0.0.1:4000", "[::1]:4000"}) {
    Visitor visitor = here();
    visitor.host = host;
    EXPECT_EQ(look_at(visitor, ""), Entry::granted) << host;
    EXPECT_EQ(look_at(visitor, "secret"), Entry::granted) << host;
  }
}

TEST(Guard, SeesAPageWhoseNameWasMadeToPointHere) {
  for (const char* const host :
       {"rebound.example:4000", "", "localhost.example", "10.0.0.1:4000"}) {
    Visitor visitor = here();
    visitor.host = host;
    EXPECT_EQ(look_at(visitor, ""), Entry::wrong_host) << host;
  }
  Visitor visitor = here();
  visitor.host = "rebound.example:4000";
  EXPECT_EQ(look_at(visitor, "secret"), Entry::wrong_host);
  visitor.token = "wrong!";
  EXPECT_EQ(look_at(visitor, "secret"), Entry::wrong_host);
}

TEST(Guard, RefusesPagesOfOtherSites) {
  for (const char* const origin : {"https://evil.example", "null", "http://localhost:8080",
                                   "http://localhost", "http://127.0.0.1:4000"}) {
    Visitor visitor = here();
    visitor.origin = origin;
    EXPECT_EQ(look_at(visitor, ""), Entry::wrong_origin) << origin;
    visitor.token = "secret";
    EXPECT_EQ(look_at(visitor, "secret"), Entry::wrong_origin) << origin;
  }
  Visitor own = here();
  own.origin = "http://localhost:4000";
  EXPECT_EQ(look_at(own, ""), Entry::granted);
}

TEST(Guard, RefusesWhatABrowserSaysComesFromAnotherSite) {
  Visitor visitor = here();
  visitor.fetch_site = "cross-site";
  EXPECT_EQ(look_at(visitor, ""), Entry::granted) << "a link to the page";
  visitor.changes = true;
  EXPECT_EQ(look_at(visitor, ""), Entry::wrong_origin);
}

TEST(Guard, AsksOtherMachinesForTheToken) {
  Visitor visitor{.is_here = false, .host = "192.168.1.2:4000"};
  EXPECT_EQ(look_at(visitor, "secret"), Entry::no_token);
  visitor.token = "wrong!";
  EXPECT_EQ(look_at(visitor, "secret"), Entry::no_token);
  visitor.token = "secret";
  EXPECT_EQ(look_at(visitor, "secret"), Entry::granted);
  visitor.host = "stage-pi.local:4000";
  EXPECT_EQ(look_at(visitor, "secret"), Entry::granted);
  visitor.host = "localhost:4000";
  visitor.token = "";
  EXPECT_EQ(look_at(visitor, "secret"), Entry::no_token) << "anybody may say so";
  EXPECT_EQ(look_at(visitor, ""), Entry::no_token);
}

TEST(Token, IsLongAndNeverTheSame) {
  std::set<std::string> seen;
  for (int k = 0; k < 100; ++k) {
    const std::string token = make_token();
    EXPECT_EQ(token.size(), 32U);
    EXPECT_EQ(token.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_TRUE(seen.insert(token).second);
  }
}

TEST(Token, IsComparedWhole) {
  EXPECT_TRUE(is_same("abc", "abc"));
  for (const char* const other : {"", "ab", "abd", "Abc", "abcd"})
    EXPECT_FALSE(is_same("abc", other)) << other;
}

TEST(Guard, AnEncryptedPageIsAnotherSiteThanOneInClear) {
  Visitor visitor{.is_here = true, .is_secure = true, .host = "localhost:4000"};
  visitor.origin = "https://localhost:4000";
  EXPECT_EQ(look_at(visitor, ""), Entry::granted);
  visitor.origin = "http://localhost:4000";
  EXPECT_EQ(look_at(visitor, ""), Entry::wrong_origin);
  visitor.is_secure = false;
  visitor.origin = "https://localhost:4000";
  EXPECT_EQ(look_at(visitor, ""), Entry::granted) << "a proxy may have taken the encryption off";
}

}  // namespace
}  // namespace imps::test
