#include "config/endpoint.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

namespace imps {
namespace {

using testing::HasSubstr;

Endpoint listen(std::string_view text) { return *endpoint_from_text(text, EndpointUse::listen); }

TEST(Endpoints, AreReadInAllTheirForms) {
  EXPECT_EQ(listen("localhost:5001"), (Endpoint{"localhost", 5001}));
  EXPECT_EQ(listen("192.168.1.7:57120"), (Endpoint{"192.168.1.7", 57120}));
  EXPECT_EQ(listen("[::1]:5000"), (Endpoint{"::1", 5000}));
  EXPECT_EQ(listen("[fe80::1%eth0]:5000"), (Endpoint{"fe80::1%eth0", 5000}));
  EXPECT_EQ(listen(":5000"), (Endpoint{"localhost", 5000}));
  EXPECT_EQ(listen("5000"), (Endpoint{"localhost", 5000}));
  EXPECT_EQ(listen("my-synth.local:65535"), (Endpoint{"my-synth.local", 65535}));
}

TEST(Endpoints, MayListenAtAnyPortAndNetworkButNotSendThere) {
  EXPECT_EQ(listen("localhost:0"), (Endpoint{"localhost", 0}));
  EXPECT_EQ(listen("0.0.0.0:5001"), (Endpoint{"0.0.0.0", 5001}));
  EXPECT_EQ(listen("[::]:5001"), (Endpoint{"::", 5001}));
  for (const char* const text : {"localhost:0", "0.0.0.0:5001", "[::]:5001"}) {
    EXPECT_FALSE(endpoint_from_text(text, EndpointUse::send).has_value()) << text;
  }
}

TEST(Endpoints, RefuseWhatCannotBeOneAndSayHowToWriteIt) {
  for (const char* const text : {"",
                                 ":",
                                 "localhost",
                                 "localhost:",
                                 "localhost:port",
                                 "localhost:65536",
                                 "localhost:-1",
                                 "localhost:+1",
                                 "localhost: 5000",
                                 "localhost:5000 ",
                                 "::1:5000",
                                 "[::1]",
                                 "[::1]5000",
                                 "[localhost]:5000",
                                 "a b:5000",
                                 "http://host:5000",
                                 "host/x:5000",
                                 "99999",
                                 "[]:5000",
                                 "[x::1]:5000",
                                 "[::1/64]:5000"}) {
    const auto endpoint = endpoint_from_text(text, EndpointUse::listen);
    ASSERT_FALSE(endpoint.has_value()) << text;
    EXPECT_THAT(endpoint.error().message, HasSubstr("localhost:5000")) << text;
  }
  EXPECT_FALSE(endpoint_from_text(std::string(300, 'a') + ":1", EndpointUse::listen).has_value());
  EXPECT_FALSE(
      endpoint_from_text(std::string_view("a\0b:5000", 8), EndpointUse::listen).has_value());
}

TEST(Endpoints, KnowEverySpellingOfEveryNetwork) {
  for (const char* const host : {"0.0.0.0", "::", "0::0", "0:0:0:0:0:0:0:0"}) {
    EXPECT_TRUE(is_any_address(host)) << host;
  }
  for (const char* const host : {"127.0.0.1", "::1", "localhost", "0", ""}) {
    EXPECT_FALSE(is_any_address(host)) << host;
  }
}

TEST(Endpoints, AreListedForPeople) {
  EXPECT_EQ(to_text(std::vector<Endpoint>{{"localhost", 5000}, {"::1", 6001}}),
            "localhost:5000, [::1]:6001");
  EXPECT_EQ(to_text(std::vector<Endpoint>{}), "nobody");
}

RC_GTEST_PROP(Endpoints, ComeBackFromTheirText, ()) {
  const Endpoint endpoint{
      *rc::gen::element<std::string>("localhost", "10.0.0.1", "::1", "2001:db8::7", "fe80::1%wlan0",
                                     "studio_pc.local"),
      *rc::gen::inRange<std::uint16_t>(1, 65535)};
  RC_ASSERT(*endpoint_from_text(to_text(endpoint), EndpointUse::send) == endpoint);
}

}  // namespace
}  // namespace imps
