#include "session/player.h"

#include <thread>

#include <gmock/gmock.h>

#include "log/wall_time.h"
#include "tests/session/live.h"
#include "tests/support/folder.h"

namespace imps::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A log of a performer's row every half second and a model's row between them, and its player.
class Player : public ::testing::Test {
 protected:
  Player() {
    std::string text;
    for (int k = 0; k < 9; ++k) {
      const bool ours = k % 2 == 0;
      text += iso_text(1'700'000'000'000'000 + k * 250'000) + (ours ? ",interface," : ",rnn,") +
              std::to_string(k) + ",0.5\n";
    }
    request_.log = folder_.write("take-3d-mdrnn.log", text);
    request_.output = {"127.0.0.1", musician_.port()};
  }
  /// First values and arrivals of all that is played.
  Result<PlayerReport> play() {
    const auto report = play_log(request_);
    for (const OscMessage& heard : musician_.heard_so_far(request_.address)) {
      values_.push_back(heard.numbers()[0]);
    }
    return report;
  }

  Folder folder_;
  Musician musician_;
  PlayerRequest request_;
  std::vector<double> values_;
};

TEST_F(Player, SendsThePerformersRowsInTheirOwnTime) {
  request_.speed = 10;
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::chrono::steady_clock::time_point> came;
  std::thread player([this] {
    const auto report = play_log(request_);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->sent, 5U);
    EXPECT_EQ(report->failed, 0U);
    EXPECT_FALSE(report->interrupted);
  });
  for (int k = 0; k < 5; ++k) {
    const auto heard = musician_.hear("/interface");
    if (!heard) break;
    EXPECT_THAT(heard->numbers(), ElementsAre(2 * k, 0.5)) << "as written, even beyond 1";
    came.push_back(heard->came);
  }
  player.join();
  ASSERT_EQ(came.size(), 5U);
  // Every row no earlier than a tenth of its time after the start, and all in about that.
  for (int k = 0; k < 5; ++k)
    EXPECT_GE(came[static_cast<std::size_t>(k)] - began, k * 50ms);
  EXPECT_LT(came.back() - began, 2s) << "at its own speed it would be 2 s";
}

TEST_F(Player, PlaysOnlyWhatLiesBetweenFromAndTo) {
  request_.speed = 100;
  request_.from = Seconds{0.5};
  request_.to = Seconds{1.5};
  const auto report = play();
  ASSERT_TRUE(report);
  EXPECT_THAT(values_, ElementsAre(2, 4, 6));
}

TEST_F(Player, SendsToTheAddressThatIsAskedFor) {
  request_.speed = 100;
  request_.address = "/somewhere/else";
  ASSERT_TRUE(play());
  EXPECT_EQ(values_.size(), 5U);
}

TEST_F(Player, SaysWhenThereIsNothingToPlay) {
  request_.from = Seconds{100};
  const auto report = play_log(request_);
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr("between --from and --to"));
  request_.from = Seconds{0};
  request_.log = folder_.write("only-rnn-3d-mdrnn.log", "2026-02-03T20:15:30.000000,rnn,0,0\n");
  EXPECT_FALSE(play_log(request_));
  request_.log = folder_.path() / "missing.log";
  const auto missing = play_log(request_);
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("missing.log"));
}

TEST_F(Player, CountsDamagedLinesAndPlaysTheRest) {
  request_.speed = 100;
  request_.log = folder_.write("damaged-3d-mdrnn.log",
                               "2026-02-03T20:15:30.000000,interface,0,0\n"
                               "2026-02-03T20:15:30.000000,interf\n"
                               "2026-02-03T20:15:31.000000,interface,1,0\n");
  const auto report = play();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->skipped, 1U);
  EXPECT_THAT(values_, ElementsAre(0, 1));
}

}  // namespace
}  // namespace imps::test
