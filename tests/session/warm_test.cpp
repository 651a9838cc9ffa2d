// What a network is warmed with: whom it has heard of a log, with which dt, and how much.
#include "session/warm.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "log/session_file.h"
#include "session/facts.h"
#include "tests/support/folder.h"

namespace imps::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pointwise;

const WallTime kStart = *[] {
  const auto time = parse_time("2026-02-03T20:15:30");
  return time ? std::optional(WallTime{time->local_us, 0}) : std::nullopt;
}();

std::string row(Duration at, const char* voice, double x) {
  return fmt::format("{},{},{},0.5\n", iso_text(kStart.local_us + at.count()), voice, x);
}

class AWarmLog : public ::testing::Test {
 protected:
  static constexpr const char* kName = "logs/2026-02-03T20-15-30-3d-mdrnn";

  fs::path write(const std::string& rows) {
    return folder_.write(std::string(kName) + ".log", rows);
  }
  void write_session(const Settings& settings, const std::string& events = "",
                     const Warmth& warmth = {}) {
    const LogOptions options{.dimension = 3,
                             .start = kStart,
                             .program = "test",
                             .facts = session_facts(settings, 1, built_in_model(3), warmth)};
    folder_.write(std::string(kName) + ".session.json",
                  session_text(options, fs::path(kName).filename().string() + ".log", {}));
    folder_.write(std::string(kName) + ".events.jsonl", events);
  }
  static std::string event(Duration at, int rows, const char* name, double number,
                           const char* text = "") {
    return fmt::format(
        "{{\"at\":{},\"time\":\"{}\",\"rows\":{},\"event\":\"{}\",\"number\":{},\"text\":\"{}\"}}"
        "\n",
        at.count(), iso_text(kStart.local_us + at.count()), rows, name, number, text);
  }
  Warmth read(const fs::path& log) {
    auto warmth = read_warmth(log, 3, settings_);
    EXPECT_TRUE(warmth) << warmth.error().message;
    return std::move(*warmth);
  }
  static std::vector<double> dts(const Warmth& warmth) {
    std::vector<double> all;
    for (const Frame& frame : warmth.frames)
      all.push_back(frame.dt);
    return all;
  }
  static std::vector<double> xs(const Warmth& warmth) {
    std::vector<double> all;
    for (const Frame& frame : warmth.frames)
      all.push_back(frame.controls()[0]);
    return all;
  }

  Folder folder_;
  Settings settings_;
};

const std::string kBoth = row(500ms, "interface", 0.1) + row(600ms, "interface", 0.2) +
                          row(1s, "rnn", 0.3) + row(1200ms, "rnn", 0.4) +
                          row(1250ms, "interface", 0.5);

TEST_F(AWarmLog, IsHeardAsTheModeOfItsTakeHeardIt) {
  const fs::path log = write(kBoth);
  settings_.interaction.mode = Mode::polyphony;  // of now: the take's counts
  Settings then;
  write_session(then);
  EXPECT_THAT(xs(read(log)), ElementsAre(0.1, 0.2, 0.3, 0.4, 0.5));
  EXPECT_THAT(dts(read(log)), Pointwise(DoubleNear(1e-9), {0.5, 0.1, 0.4, 0.2, 0.05}));
  then.interaction.mode = Mode::polyphony;
  write_session(then);
  EXPECT_THAT(xs(read(log)), ElementsAre(0.1, 0.2, 0.5));
  EXPECT_THAT(dts(read(log)), Pointwise(DoubleNear(1e-9), {0.5, 0.1, 0.65}));
  then.interaction.mode = Mode::battle;
  write_session(then);
  EXPECT_THAT(xs(read(log)), ElementsAre(0.1, 0.3, 0.4)) << "a battle's first frame begins it";
  then.interaction.start_now = true;
  write_session(then);
  EXPECT_THAT(xs(read(log)), ElementsAre(0.3, 0.4));
  then.interaction.mode = Mode::user_only;
  write_session(then);
  EXPECT_THAT(xs(read(log)), ElementsAre(0.1, 0.2, 0.5)) << "as polyphony hears it";
  settings_.interaction.mode = Mode::user_only;
  EXPECT_THAT(xs(read(log)), ElementsAre());
}

TEST_F(AWarmLog, WithoutASessionFileIsHeardAsTheModeOfNowHearsIt) {
  const fs::path log = write(kBoth);
  EXPECT_THAT(dts(read(log)), Pointwise(DoubleNear(1e-9), {0.1, 0.4, 0.2, 0.05}))
      << "nobody knows how long before the first row the take began";
  settings_.interaction.mode = Mode::polyphony;
  EXPECT_THAT(dts(read(log)), Pointwise(DoubleNear(1e-9), {0.1, 0.65}));
}

TEST_F(AWarmLog, HasWhatTheModelPredictedAndNotHowThatWasStretched) {
  const fs::path log = write(kBoth);
  Settings then;
  then.model.timescale = 2;
  then.interaction.max_rest = Seconds{0.15};
  write_session(then);
  EXPECT_THAT(dts(read(log)), Pointwise(DoubleNear(1e-9), {0.5, 0.1, 0.15, 0.1, 0.05}));
  write_session(then, event(1100ms, 3, "timescale", 4));
  EXPECT_THAT(dts(read(log)), Pointwise(DoubleNear(1e-9), {0.5, 0.1, 0.15, 0.05, 0.05}));
}

TEST_F(AWarmLog, FollowsItsEvents) {
  const fs::path log = write(kBoth);
  write_session({}, event(1100ms, 3, "reset", 0));
  EXPECT_THAT(xs(read(log)), ElementsAre(0.4, 0.5)) << "what was before is forgotten";
  write_session({}, event(1100ms, 3, "mode", 0, "polyphony"));
  EXPECT_THAT(xs(read(log)), ElementsAre(0.1, 0.2, 0.3, 0.5));
  write_session({}, event(600ms, 1, "unheard", 1));
  EXPECT_THAT(xs(read(log)), ElementsAre(0.2, 0.3, 0.4, 0.5)) << "the network skipped it";
  EXPECT_NEAR(dts(read(log))[0], 0.6, 1e-9);
}

TEST_F(AWarmLog, CutAnywhereGivesItsWholeRows) {
  write_session({});
  std::size_t least = 0;
  for (std::size_t cut = 0; cut <= kBoth.size(); ++cut) {
    const std::string kept = kBoth.substr(0, cut);
    const fs::path log = write(kept);
    const auto rows = static_cast<std::size_t>(std::count(kept.begin(), kept.end(), '\n'));
    ASSERT_EQ(read(log).frames.size(), rows) << cut;
    ASSERT_GE(rows, std::exchange(least, rows));
  }
}

TEST_F(AWarmLog, IsItsLastMinuteAndNoMoreThanFits) {
  write_session({});
  std::string slow;
  for (int k = 0; k < 100; ++k)
    slow += row(k * 1s, "interface", k / 100.0);
  Warmth warmth = read(write(slow));
  EXPECT_EQ(warmth.frames.size(), 61U);
  EXPECT_EQ(xs(warmth).front(), 0.39);
  EXPECT_EQ(warmth.frames.front().dt, 1) << "the row before counts, though it is not heard";
  std::string quick;
  for (int k = 0; k < 2000; ++k)
    quick += row(k * 1ms, k % 2 == 0 ? "interface" : "rnn", k / 2000.0);
  warmth = read(write(quick));
  EXPECT_EQ(warmth.frames.size(), kMostWarmRows);
  EXPECT_EQ(xs(warmth).back(), 1999 / 2000.0);

  std::string wide;
  for (int k = 0; k < 600; ++k) {
    wide += iso_text(kStart.local_us + k * 1000) + ",interface";
    for (int x = 0; x < 128; ++x)
      wide += ",0.12345678901234567";
    wide += '\n';
  }
  const auto widest = read_warmth(folder_.write("logs/w-129d-mdrnn.log", wide), 129, settings_);
  ASSERT_TRUE(widest);
  EXPECT_GT(widest->frames.size(), 50U);
  EXPECT_LE(warmth_to_json(*widest).size(), kMostWarmText);
}

TEST_F(AWarmLog, PassesOnWhatItWasWarmedWith) {
  Warmth before;
  for (const double x : {0.7, 0.8, 0.9})
    before.frames.push_back(Frame(FrameView{30, std::array{x, 0.5}}));
  write_session({}, "", before);
  const fs::path log = write(kBoth);
  EXPECT_THAT(xs(read(log)), ElementsAre(0.8, 0.9, 0.1, 0.2, 0.3, 0.4, 0.5))
      << "but for what is more than a minute old";
}

TEST_F(AWarmLog, IsTheNewestOfItsDimensionWhileItIsFresh) {
  settings_.log.folder = folder_.path() / "logs";
  const auto now = std::chrono::system_clock::now();
  const auto write_at = [&](std::chrono::seconds ago, int dimension) {
    const std::int64_t at = local_time(now - ago).local_us;
    std::string name = iso_text(at).substr(0, 19);
    std::replace(name.begin(), name.end(), ':', '-');
    std::string values = ",interface";
    for (int k = 1; k < dimension; ++k)
      values += ",0.5";
    return folder_.write(fmt::format("logs/{}-{}d-mdrnn.log", name, dimension),
                         iso_text(at) + values + '\n' + iso_text(at + 1000) + values + '\n');
  };
  EXPECT_FALSE(newest_warmth(3, settings_, now)) << "there is no folder";
  write_at(90s, 3);
  write_at(5s, 4);
  EXPECT_FALSE(newest_warmth(3, settings_, now)) << "more than a minute old";
  write_at(40s, 3);
  const fs::path newest = write_at(30s, 3);
  folder_.write("logs/2999-01-01T00-00-00-3d-mdrnn.log", "cut before the first row's e");
  const auto warmth = newest_warmth(3, settings_, now);
  ASSERT_TRUE(warmth);
  EXPECT_EQ(warmth->log, newest);
  EXPECT_EQ(warmth->frames.size(), 1U);
  EXPECT_EQ(warm("", 3, settings_, now).told, "warmed by 1 row of " + newest.string());
  EXPECT_THAT(warm("", 3, settings_, now + 1h).told,
              HasSubstr("not warmed: there is no log of dimension 3"));
}

TEST(WarmthAsJson, ReadsBackBitForBitOrNotAtAll) {
  Warmth warmth{.log = "logs/\"a\".log", .frames = {}, .end_us = 0};
  for (int k = 1; k < 100; ++k)
    warmth.frames.push_back(Frame(FrameView{1.0 / k, std::array{1.0 / (3 * k), k % 2 * 1.0}}));
  const auto back = warmth_from_json(warmth_to_json(warmth));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->log, warmth.log);
  ASSERT_EQ(back->frames.size(), warmth.frames.size());
  for (std::size_t k = 0; k < back->frames.size(); ++k) {
    EXPECT_EQ(back->frames[k].dt, warmth.frames[k].dt);
    EXPECT_THAT(back->frames[k].controls(),
                ::testing::ElementsAreArray(std::as_const(warmth.frames[k]).controls()));
  }
  for (const char* const rubbish :
       {"", "[]", "{}", R"({"rows": 1})", R"({"rows": [1]})", R"({"rows": [[1]]})",
        R"({"rows": [[0.1, "x"]]})", R"({"rows": [[-0.1, 0.5]]})",
        R"({"rows": [[0.1, 0.5], [0.1, 0.5, 0.5]]})", R"({"rows": [[1e999, 0.5]]})"})
    EXPECT_FALSE(warmth_from_json(rubbish)) << rubbish;
}

}  // namespace
}  // namespace imps::test
