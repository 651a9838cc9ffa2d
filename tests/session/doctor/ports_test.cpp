// What is made of ports and devices.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <gmock/gmock.h>
#include <unistd.h>

#include "session/doctor/devices.h"
#include "session/doctor/network.h"

namespace imps::doctor {
namespace {

namespace asio = boost::asio;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using State = Check::State;
using Found = PortFacts::Found;

const PortFacts kOsc{.name = "OSC port", .key = "osc.listen", .listen = {"localhost", 5001}};

TEST(DoctorsPort, IsWellWhenItCanBeHadOrIsOurs) {
  PortFacts facts = kOsc;
  EXPECT_EQ(judge(facts), (Check{.name = "OSC port", .words = "localhost:5001 is free"}));
  facts.found = Found::ours;
  EXPECT_EQ(judge(facts).state, State::well);
}

TEST(DoctorsPort, IsBadWhenTakenAndSaysByWhom) {
  PortFacts facts = kOsc;
  facts.found = Found::taken;
  EXPECT_EQ(judge(facts).state, State::bad);
  EXPECT_THAT(judge(facts).words, HasSubstr("another program"));
  facts.owner = platform::PortOwner{.process = 42, .program = "pd\x1b"};
  EXPECT_THAT(judge(facts).words, HasSubstr("'pd\\x1b' (process 42)"));
  EXPECT_THAT(judge(facts).help, HasSubstr("osc.listen"));
}

TEST(DoctorsPort, OfThePageIsOnlyDoubtful) {
  const Check check =
      judge(PortFacts{.name = "page's port", .listen = {"localhost", 4000}, .found = Found::taken});
  EXPECT_EQ(check.state, State::doubtful);
  EXPECT_THAT(check.help, HasSubstr("without the page"));
}

TEST(DoctorsPort, IsBadWhenTheAddressIsNotThisMachines) {
  Settings settings;
  settings.osc.listen = {"192.0.2.1", 5001};  // for documentation only, RFC 5737
  const auto ports = look_at_network(settings, {}, false);
  ASSERT_THAT(ports, SizeIs(1));
  EXPECT_EQ(ports[0].found, Found::impossible);
  EXPECT_EQ(judge(ports[0]).state, State::bad);
  EXPECT_THAT(judge(ports[0]).help, HasSubstr("0.0.0.0"));
}

TEST(DoctorsPort, IsFoundTakenOnTheSystem) {
  asio::io_context loop;
  const auto loopback = asio::ip::address_v4::loopback();
  asio::ip::udp::socket osc(loop, {loopback, 0});
  asio::ip::tcp::acceptor clients(loop, {loopback, 0});
  Settings settings;
  settings.osc.listen = {"localhost", osc.local_endpoint().port()};
  settings.websocket.enabled = true;
  settings.websocket.listen = {"127.0.0.1", clients.local_endpoint().port()};
  auto ports = look_at_network(settings, Endpoint{"localhost", 0}, true);
  ASSERT_THAT(ports, SizeIs(3));
  EXPECT_EQ(ports[0].found, Found::ours);
  EXPECT_EQ(ports[1].found, Found::ours);
  EXPECT_EQ(ports[2].found, Found::unused);
  EXPECT_THAT(judge(ports[2]).words, HasSubstr("any"));
#if defined(__linux__)
  ASSERT_TRUE(ports[0].owner);
  EXPECT_EQ(ports[0].owner->process, ::getpid());
  ASSERT_TRUE(ports[1].owner);
  EXPECT_EQ(ports[1].owner->process, ::getpid());
#endif
  osc.close();
  clients.close();
  ports = look_at_network(settings, {}, false);
  ASSERT_THAT(ports, SizeIs(2));
  EXPECT_EQ(ports[0].found, Found::unused);
  EXPECT_EQ(ports[1].found, Found::unused);
}

TEST(DoctorsMidi, IsWellWithoutAnyWhereNoneIsAskedFor) {
  EXPECT_EQ(judge(MidiFacts{.trouble = "there is none"}).state, State::well);
  const Check wanted = judge(MidiFacts{.trouble = "there is none", .wanted = true});
  EXPECT_EQ(wanted.state, State::bad);
  EXPECT_EQ(wanted.words, "there is none");
  EXPECT_THAT(wanted.help, HasSubstr("snd-seq"));
}

TEST(DoctorsMidi, IsBadWhenADeviceThatIsAskedForIsMissing) {
  MidiFacts facts{.system = "ALSA",
                  .ports = {.inputs = {"X-TOUCH MINI 24:0"}, .outputs = {"volca keys 28:0"}},
                  .wanted = true,
                  .inputs = {"x-touch", "virtual:imps"},
                  .outputs = {"Volca"}};
  EXPECT_EQ(judge(facts).state, State::well) << judge(facts).words;
  EXPECT_THAT(judge(facts).words,
              AllOf(HasSubstr("ALSA"), HasSubstr("X-TOUCH MINI"), HasSubstr("volca keys")));
  facts.inputs.emplace_back("Launch");
  facts.outputs.emplace_back("Minilogue");
  const Check check = judge(facts);
  EXPECT_EQ(check.state, State::bad);
  EXPECT_THAT(check.words, HasSubstr("missing: input 'Launch', output 'Minilogue'\n"));
  EXPECT_THAT(check.help, HasSubstr("plug it in"));
}

TEST(DoctorsSerial, IsBadWhenALineThatIsAskedForIsMissing) {
  Settings settings;
  settings.serial.enabled = true;
  settings.serial.port = "/dev/no-such-line";
  settings.serial_midi.enabled = true;  // on the same line
  const SerialFacts facts = look_at_serial(settings);
  ASSERT_THAT(facts.wanted, SizeIs(1));
  const Check check = judge(facts);
  EXPECT_EQ(check.state, State::bad);
  EXPECT_THAT(check.words, HasSubstr("/dev/no-such-line is missing (serial.port)"));
  EXPECT_THAT(check.help, HasSubstr("imps ports"));
  settings.serial_midi.port = "usb:ffff:ffff";
  EXPECT_THAT(judge(look_at_serial(settings)).words, HasSubstr("usb:ffff:ffff is missing"));
}

TEST(DoctorsSerial, SaysWhichGroupToJoin) {
  using Right = platform::SerialRight;
  SerialFacts facts{
      .lines = {{.port = {.path = "/dev/ttyACM0", .usb = "usb:0d28:0204", .name = "micro:bit"},
                 .right = Right{.granted = false, .group = "dialout"}}}};
  Check check = judge(facts);
  EXPECT_EQ(check.state, State::doubtful) << "nobody asks for it";
  EXPECT_THAT(check.words, HasSubstr("/dev/ttyACM0 (micro:bit)"));
  EXPECT_THAT(check.help, HasSubstr("usermod -aG dialout"));
  facts.wanted = {{.key = "serial.port",
                   .port = "usb:0d28:0204",
                   .path = "/dev/ttyACM0",
                   .right = Right{.granted = false, .group = "dialout"}}};
  check = judge(facts);
  EXPECT_EQ(check.state, State::bad);
  EXPECT_THAT(check.help, HasSubstr("usermod -aG dialout"));
  facts.lines[0].right->granted = facts.wanted[0].right->granted = true;
  EXPECT_EQ(judge(facts).state, State::well);
  facts = {.lines = {{.port = {.path = "/dev/ttyS0"}, .right = Right{}}}};
  EXPECT_EQ(judge(facts).state, State::well) << "a board's own line, which nobody asks for";
  EXPECT_EQ(judge(SerialFacts{}).words, "none");
}

TEST(SerialRight, IsAskedOfTheSystem) {
  EXPECT_FALSE(platform::serial_right("/dev/no-such-line"));
  const auto right = platform::serial_right("/dev/null");
  ASSERT_TRUE(right);
  EXPECT_TRUE(right->granted);
  EXPECT_THAT(right->group, Not(IsEmpty()));
}

}  // namespace
}  // namespace imps::doctor
