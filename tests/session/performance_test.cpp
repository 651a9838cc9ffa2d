// The performance loop over real sockets: what is heard, what is answered, and when.
#include "session/performance.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>

#include "interface/osc/wire.h"
#include "log/reader.h"
#include "tests/session/live.h"
#include "tests/support/folder.h"
#include "tests/support/models.h"

namespace imps::test {
namespace {

using namespace std::chrono_literals;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Pointwise;
using Clock = std::chrono::steady_clock;

/// A network that always says 50 ms, 0.25 and 0.75, and settings without any chance.
LiveOptions certain(Mode mode, double dt = 0.05) {
  LiveOptions options;
  options.model = chosen(constant_model(dt, {0.25, 0.75}));
  options.dimension = 3;
  options.settings.interaction.mode = mode;
  options.settings.model.temperatures.sigma = 0;
  return options;
}

/// The same, due at once.
LiveOptions immediate(Mode mode) {
  LiveOptions options = certain(mode);
  options.settings.model.timescale = 1e-6;
  return options;
}

MATCHER(TheModelsAnswer, "is /prediction 0.25 0.75") {
  const auto values = arg.numbers();
  return arg.address == "/prediction" && values.size() == 2 && std::abs(values[0] - 0.25) < 1e-6 &&
         std::abs(values[1] - 0.75) < 1e-6;
}

TEST(Performance, AnswersOnceThePerformerIsSilent) {
  Musician musician;
  LiveOptions options = certain(Mode::call_response, 0.01);
  options.settings.interaction.threshold = 150ms;
  Live live(musician, options);
  const auto played = Clock::now();
  musician.play({0.5F, 0.5F}, live.port());
  const auto answer = musician.hear();
  ASSERT_TRUE(answer);
  EXPECT_GE(answer->came - played, 150ms);
  EXPECT_THAT(*answer, TheModelsAnswer());
  const auto next = musician.hear();
  ASSERT_TRUE(next) << "and it goes on by itself";
  EXPECT_THAT(*next, TheModelsAnswer());
  const Report report = live.finish();
  EXPECT_EQ(report.performer.frames, 1U);
  EXPECT_GE(report.performer.predictions, 2U);
  EXPECT_EQ(report.lateness.count, report.performer.predictions);
}

TEST(Performance, GivesEveryFrameOneAnswerInPolyphony) {
  Musician musician;
  Live live(musician, immediate(Mode::polyphony));
  for (int i = 0; i < 50; ++i) {
    musician.play({static_cast<float>(i) / 50, 0.5F}, live.port());
    const auto answer = musician.hear();
    ASSERT_TRUE(answer);
    EXPECT_THAT(*answer, TheModelsAnswer());
  }
  EXPECT_EQ(live.finish().performer.predictions, 50U);
  EXPECT_TRUE(musician.heard_so_far("/prediction").empty());
}

TEST(Performance, SendsNothingBeforeAnybodyHasPlayed) {
  for (const Mode mode : {Mode::call_response, Mode::polyphony, Mode::battle, Mode::user_only}) {
    Musician musician;
    Live live(musician, certain(mode, 0.001));
    ASSERT_TRUE(musician.is_answered(live.port()));
    EXPECT_FALSE(musician.hear("/prediction", 30ms)) << name(mode);
    EXPECT_EQ(live.finish().performer.predictions, 0U);
  }
}

TEST(Performance, RefusesWhatIsNoFrameAndPlaysOn) {
  Musician musician;
  Live live(musician, immediate(Mode::polyphony));
  const std::uint16_t port = live.port();
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  musician.play({0.5F}, port);
  musician.play({0.5F, 0.5F, 0.5F}, port);
  musician.play({}, port);
  musician.play({kNan, 0.5F}, port);
  musician.play({0.5F, -kInfinity}, port);
  musician.send(text_message("/interface", "loud"), port);
  musician.send(Packet(7, std::byte{'x'}), port);
  musician.send(Packet{}, port);
  musician.send(text_message("/elsewhere", "hello"), port);
  auto status = musician.status(port);
  const auto count = [&status](const char* key) { return std::get<std::int64_t>(status.at(key)); };
  EXPECT_EQ(count("wrong_count") + count("not_numbers"), 6);
  EXPECT_EQ(count("malformed"), 2);
  EXPECT_EQ(count("unknown_address"), 1);
  EXPECT_EQ(count("frames"), 0);
  EXPECT_TRUE(musician.heard_so_far("/prediction").empty());

  musician.play({7, -1}, port);
  EXPECT_TRUE(musician.hear("/prediction")) << "too large and too small are clamped";
  status = musician.status(port);
  EXPECT_EQ(count("clamped"), 2);
  EXPECT_EQ(count("frames"), 1);
  EXPECT_EQ(live.finish().performer.frames, 1U);
}

TEST(Performance, TakesItsDimensionFromTheFirstFrame) {
  Musician musician;
  Live live(musician, {.settings = {}, .model = {}, .dimension = {}, .logs = {}, .seed = 1});
  EXPECT_EQ(musician.count(live.port(), "dimension"), 0);
  musician.play({0.1F, 0.2F, 0.3F}, live.port());
  const auto known = live.told<DimensionKnown>();
  ASSERT_TRUE(known);
  EXPECT_EQ(known->dimension, 4);
  musician.play({0.1F, 0.2F}, live.port());
  EXPECT_EQ(musician.count(live.port(), "wrong_count"), 1);
  const auto answer = musician.hear("/prediction");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->numbers().size(), 3U);
}

TEST(Performance, ActsOnABundleAtItsTime) {
  Musician musician;
  Live live(musician, immediate(Mode::polyphony));
  const auto tag = [](Seconds later) {
    return to_ntp(std::chrono::system_clock::now() +
                  std::chrono::duration_cast<std::chrono::system_clock::duration>(later));
  };
  const Packet frame = floats("/interface", {0.5F, 0.5F});

  auto sent = Clock::now();
  musician.send(bundle(tag(Seconds{0.3}), {frame}), live.port());
  auto answer = musician.hear("/prediction");
  ASSERT_TRUE(answer);
  EXPECT_GE(answer->came - sent, 299ms) << "not before";

  sent = Clock::now();
  musician.send(bundle(tag(Seconds{11}), {frame}), live.port());
  answer = musician.hear("/prediction");
  ASSERT_TRUE(answer);
  EXPECT_LT(answer->came - sent, 10s) << "too far ahead to be meant";
  EXPECT_EQ(musician.count(live.port(), "future_acted_now"), 1);

  sent = Clock::now();
  musician.send(bundle(tag(Seconds{-5}), {frame}), live.port());
  EXPECT_TRUE(musician.hear("/prediction")) << "what is past acts now";
  EXPECT_EQ(musician.count(live.port(), "future_acted_now"), 1);
}

TEST(Performance, ActsOnCommandsForLaterInTheirOrder) {
  Musician musician;
  Live live(musician, immediate(Mode::user_only));
  const auto at = to_ntp(std::chrono::system_clock::now() + 200ms);
  musician.send(
      bundle(at, {text_message("/imps/mode", "battle"), text_message("/imps/mode", "polyphony"),
                  floats("/interface", {0.5F, 0.5F})}),
      live.port());
  EXPECT_EQ(std::get<std::string>(musician.status(live.port()).at("mode")), "useronly");
  EXPECT_TRUE(musician.hear("/prediction"));
  EXPECT_EQ(std::get<std::string>(musician.status(live.port()).at("mode")), "polyphony");
}

TEST(Performance, SendsAheadWithTheDueTimeAsTag) {
  Musician musician;
  LiveOptions options = certain(Mode::battle, 0.3);
  options.settings.interaction.ahead = true;
  Live live(musician, options);
  musician.play({0.5F, 0.5F}, live.port());
  std::vector<double> dues;  // seconds, of NTP
  for (int i = 0; i < 3; ++i) {
    const auto answer = musician.hear();
    ASSERT_TRUE(answer);
    EXPECT_THAT(*answer, TheModelsAnswer());
    ASSERT_TRUE(answer->time_tag) << "in a bundle";
    EXPECT_GT(*answer->time_tag, to_ntp(std::chrono::system_clock::now() - 2s));
    dues.push_back(std::ldexp(static_cast<double>(*answer->time_tag), -32));
    if (!kSanitized) {
      EXPECT_GT(*answer->time_tag, to_ntp(std::chrono::system_clock::now())) << "not sounded yet";
    }
  }
  EXPECT_NEAR(dues[1] - dues[0], 0.3, 0.02) << "a predicted rest apart, however it was sent";
  EXPECT_NEAR(dues[2] - dues[1], 0.3, 0.02);
}

TEST(Performance, SendsToEveryOutputAndMissesNoneThatComesBack) {
  Musician musician;
  auto other = std::make_unique<Musician>();
  const std::uint16_t there = other->port();
  LiveOptions options = immediate(Mode::polyphony);
  options.settings.osc.outputs = {{"127.0.0.1", there}};
  Live live(musician, options);
  const auto play = [&] {
    musician.play({0.5F, 0.5F}, live.port());
    return musician.hear("/prediction").has_value();
  };
  ASSERT_TRUE(play());
  EXPECT_TRUE(other->hear("/prediction"));

  other.reset();
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(play()) << "nobody else is disturbed";
  EXPECT_GT(musician.count(live.port(), "send_errors"), 0);

  Musician back(there);
  ASSERT_TRUE(play());
  EXPECT_TRUE(back.hear("/prediction"));
}

TEST(Performance, SendsThePerformersFramesToTheOutputsWhenAskedTo) {
  Musician musician;
  LiveOptions options = certain(Mode::user_only);
  options.settings.interaction.input_thru = true;
  Live live(musician, options);
  musician.play({0.125F, 0.875F}, live.port());
  const auto thru = musician.hear("/prediction");
  ASSERT_TRUE(thru);
  EXPECT_THAT(thru->numbers(), ElementsAre(0.125, 0.875));
}

TEST(Performance, AnswersPingAndTellsHowThingsStand) {
  Musician musician;
  Live live(musician, immediate(Mode::polyphony));
  musician.send(message("/ping", ","), live.port());
  const auto pong = musician.hear("/pong");
  ASSERT_TRUE(pong);
  EXPECT_TRUE(pong->arguments.empty());

  for (int i = 0; i < 10; ++i) {
    musician.play({0.5F, 0.5F}, live.port());
    ASSERT_TRUE(musician.hear("/prediction"));
  }
  const auto status = musician.status(live.port());
  const auto whole = [&](const char* key) { return std::get<std::int64_t>(status.at(key)); };
  const auto real = [&](const char* key) { return std::get<double>(status.at(key)); };
  const auto text = [&](const char* key) { return std::get<std::string>(status.at(key)); };
  EXPECT_EQ(whole("dimension"), 3);
  EXPECT_EQ(whole("frames"), 10);
  EXPECT_EQ(whole("frames_heard"), 10);
  EXPECT_EQ(whole("frames_unheard"), 0);
  EXPECT_EQ(whole("predictions"), 10);
  EXPECT_EQ(whole("log_refused"), 0);
  EXPECT_EQ(text("mode"), "polyphony");
  EXPECT_EQ(text("voice"), "performer");
  EXPECT_EQ(text("model"), "a test's model");
  EXPECT_GT(real("seconds"), 0);
  EXPECT_GE(real("lateness_p99_ms"), real("lateness_median_ms"));
  EXPECT_GE(real("lateness_worst_ms"), real("lateness_p999_ms"));
  EXPECT_GT(real("response_median_ms"), 0);
}

TEST(Performance, TakesAnotherModelAndGivesTheOldOneBack) {
  Musician musician;
  Live live(musician, immediate(Mode::polyphony));
  musician.play({0.5F, 0.5F}, live.port());
  ASSERT_TRUE(musician.hear("/prediction"));
  musician.send(text_message("/imps/model", "another.keras"), live.port());
  const auto asked = live.told<ModelAsked>();
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->name, "another.keras");

  live.send(TakeModel{.model = constant_model(0.05, {0.5, 0.125}),
                      .name = "another",
                      .digest = "d",
                      .step = Duration{1}});
  const auto returned = live.told<ModelReturned>();
  ASSERT_TRUE(returned);
  ASSERT_NE(returned->model, nullptr);
  musician.play({0.5F, 0.5F}, live.port());
  const auto answer = musician.hear("/prediction");
  ASSERT_TRUE(answer);
  EXPECT_THAT(answer->numbers(), Pointwise(DoubleNear(1e-6), {0.5, 0.125}));
  live.send(TakeModel{.model = constant_model(0.05, {0.5}), .name = "", .digest = "", .step = {}});
  EXPECT_EQ(std::get<std::string>(musician.status(live.port()).at("model")), "another")
      << "one of another dimension is not taken";
}

}  // namespace
}  // namespace imps::test
