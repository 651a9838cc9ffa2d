// Which pages may speak to our servers.
#include "config/origin.h"

#include <gtest/gtest.h>

namespace imps::test {
namespace {

TEST(Origin, OfThisMachineOrNamedMayConnect) {
  EXPECT_TRUE(is_allowed_origin("", {}));
  EXPECT_TRUE(is_allowed_origin("http://[::1]:4000", {}));
  EXPECT_TRUE(is_allowed_origin("http://127.0.0.2", {}));
  EXPECT_FALSE(is_allowed_origin("http://127.evil.example", {}));
  EXPECT_FALSE(is_allowed_origin("http://128.0.0.1", {}));
  EXPECT_FALSE(is_allowed_origin("file://localhost", {}));
  EXPECT_FALSE(is_allowed_origin("https://a.example", {"https://b.example"}));
}

TEST(Host, OfThisMachineIsToldFromOthers) {
  for (const char* const here : {"localhost", "localhost:4000", "LocalHost:4000", "127.0.0.1:4000",
                                 "[::1]:4000", "[::1]", "::1"})
    EXPECT_TRUE(is_loopback_host(here)) << here;
  for (const char* const other :
       {"", "imps.example:4000", "localhost.example", "127.0.0.1.example", "192.168.1.2:4000",
        "[fe80::1]", "localhost:4000@elsewhere.example", "[::1]elsewhere.example", "[::1",
        "::1:80"})
    EXPECT_FALSE(is_loopback_host(other)) << other;
}

TEST(Host, InNumbersIsNoName) {
  for (const char* const numeric : {"192.168.1.2:4000", "10.0.0.1", "[fe80::1]:4000"})
    EXPECT_TRUE(is_numeric_host(numeric)) << numeric;
  for (const char* const name : {"", "rebound.example", "1.2.3", "localhost"})
    EXPECT_FALSE(is_numeric_host(name)) << name;
}

}  // namespace
}  // namespace imps::test
