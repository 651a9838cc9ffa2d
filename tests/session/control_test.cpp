// Live control over OSC, under our own prefix and the predecessor's.
#include <gmock/gmock.h>

#include "log/events.h"
#include "log/reader.h"
#include "tests/session/live.h"
#include "tests/support/folder.h"
#include "tests/support/models.h"

namespace imps::test {
namespace {

using namespace std::chrono_literals;

class LiveControl : public ::testing::TestWithParam<const char*> {
 protected:
  LiveControl() {
    options_.model = chosen(constant_model(0.002, {0.25, 0.75}));
    options_.dimension = 3;
    options_.settings.model.temperatures.sigma = 0;
    options_.settings.interaction.threshold = 10ms;
    options_.logs = folder_.path() / "logs";
  }

  void start() { live_ = std::make_unique<Live>(musician_, options_); }
  void command(const std::string& word, float number) {
    musician_.send(floats(GetParam() + word, {number}), live_->port());
  }
  void command(const std::string& word, const char* text) {
    musician_.send(text_message(GetParam() + word, text), live_->port());
  }
  void command(const std::string& word) {
    musician_.send(message(GetParam() + word, ","), live_->port());
  }
  void play() { musician_.play({0.5F, 0.5F}, live_->port()); }
  double real(const char* key) { return std::get<double>(musician_.status(live_->port()).at(key)); }
  std::int64_t whole(const char* key) { return musician_.count(live_->port(), key); }
  /// Nothing comes any more once what was under way has come.
  bool is_silent() {
    if (!musician_.is_answered(live_->port())) return false;
    musician_.heard_so_far("/prediction");
    return !musician_.hear("/prediction", 50ms);
  }

  Folder folder_;
  Musician musician_;
  LiveOptions options_;
  std::unique_ptr<Live> live_;
};

TEST_P(LiveControl, ChangesTheSettingsAndRefusesWhatIsOutOfRange) {
  start();
  command("sigmatemp", 0.5F);
  command("pitemp", 2);
  command("surprise", 0.75F);
  command("timescale", 0.25F);
  command("threshold", 3);
  command("tempo", 100);
  command("grid", 3);
  command("snap", 0.25F);
  command("seed", 99);
  command("mode", "harmony");
  const auto status = musician_.status(live_->port());
  EXPECT_EQ(std::get<double>(status.at("sigmatemp")), 0.5);
  EXPECT_EQ(std::get<double>(status.at("pitemp")), 2);
  EXPECT_EQ(std::get<double>(status.at("surprise")), 0.75);
  EXPECT_EQ(std::get<double>(status.at("timescale")), 0.25);
  EXPECT_EQ(std::get<double>(status.at("threshold")), 3);
  EXPECT_EQ(std::get<double>(status.at("tempo")), 100);
  EXPECT_EQ(std::get<double>(status.at("grid")), 3);
  EXPECT_EQ(std::get<double>(status.at("snap")), 0.25);
  EXPECT_EQ(std::get<std::int64_t>(status.at("seed")), 99);
  EXPECT_EQ(std::get<std::string>(status.at("mode")), "polyphony");
  EXPECT_EQ(std::get<std::int64_t>(status.at("commands")), 10);

  command("sigmatemp", -1);
  command("pitemp", 0.0F);
  command("surprise", 1.5F);
  command("timescale", 1001);
  command("threshold", -0.1F);
  command("seed", 0.5F);
  command("mode", "jazz");
  command("tempo", 401);
  command("grid", 0.2F);
  command("snap", 1.1F);
  command("beat", -1);
  command("loudness", 120);
  EXPECT_EQ(whole("refused_commands"), 12);
  EXPECT_EQ(real("pitemp"), 2) << "nothing has changed";
}

TEST_P(LiveControl, PauseSilencesTheModelAndNeitherThruNorLog) {
  options_.settings.interaction.input_thru = true;
  options_.settings.interaction.mode = Mode::polyphony;
  start();
  play();
  ASSERT_TRUE(musician_.hear("/prediction"));
  ASSERT_TRUE(musician_.hear("/prediction")) << "thru, and the answer";
  command("pause", 1);
  EXPECT_EQ(whole("paused"), 1);
  musician_.heard_so_far("/prediction");
  play();
  const auto thru = musician_.hear("/prediction");
  ASSERT_TRUE(thru);
  EXPECT_EQ(thru->numbers()[0], 0.5);
  EXPECT_FALSE(musician_.hear("/prediction", 50ms));
  command("pause", 0.0F);
  EXPECT_EQ(whole("paused"), 0);
  play();
  EXPECT_TRUE(musician_.hear("/prediction"));
  EXPECT_TRUE(musician_.hear("/prediction"));
  live_->finish();
  const auto log = read_log(live_->log());
  ASSERT_TRUE(log);
  EXPECT_EQ(log->report.performer_rows, 3U);
  EXPECT_EQ(log->report.model_rows, 2U);
}

TEST_P(LiveControl, MuteLetsTheModelThinkAndNothingOfItGoOut) {
  options_.settings.interaction.mode = Mode::battle;
  start();
  play();
  ASSERT_TRUE(musician_.hear("/prediction"));
  command("mute");
  EXPECT_TRUE(is_silent());
  const auto before = whole("predictions");
  while (whole("predictions") < before + 5)
    ASSERT_GE(whole("predictions"), 0) << "it goes on by itself";
  command("mute", 0.0F);
  EXPECT_TRUE(musician_.hear("/prediction"));
  live_->finish();
  auto path = live_->log();
  const auto events = read_events(path.replace_extension(".events.jsonl"));
  ASSERT_TRUE(events);
  std::size_t withheld = 0;
  for (const auto& event : events->events)
    withheld += event.name == "withheld" ? 1U : 0U;
  EXPECT_GE(withheld, 5U);
}

TEST_P(LiveControl, PanicEndsEverythingUntilThePerformerPlays) {
  start();
  play();
  ASSERT_TRUE(musician_.hear("/prediction"));
  command("panic");
  EXPECT_TRUE(is_silent());
  EXPECT_EQ(std::get<std::string>(musician_.status(live_->port()).at("voice")), "performer");
  play();
  EXPECT_TRUE(musician_.hear("/prediction"));
}

TEST_P(LiveControl, ResetForgetsAndPlaysOn) {
  options_.settings.interaction.mode = Mode::battle;
  start();
  play();
  ASSERT_TRUE(musician_.hear("/prediction"));
  command("reset");
  ASSERT_TRUE(musician_.is_answered(live_->port()));
  musician_.heard_so_far("/prediction");
  EXPECT_TRUE(musician_.hear("/prediction"));
}

TEST_P(LiveControl, WhatCameBeforeTheFirstFrameCounts) {
  options_.dimension.reset();
  options_.model.reset();
  start();
  command("mode", "useronly");
  command("threshold", 2);
  play();
  ASSERT_TRUE(live_->told<DimensionKnown>());
  const auto status = musician_.status(live_->port());
  EXPECT_EQ(std::get<std::string>(status.at("mode")), "useronly");
  EXPECT_EQ(std::get<double>(status.at("threshold")), 2);
  EXPECT_TRUE(is_silent());
}

INSTANTIATE_TEST_SUITE_P(Prefixes, LiveControl, ::testing::Values("/imps/", "/impsy/"),
                         [](const auto& one) {
                           return std::string(one.param) == "/imps/" ? "Imps" : "Impsy";
                         });

}  // namespace
}  // namespace imps::test
