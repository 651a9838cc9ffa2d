// One take after another in one run of `imps run`: asked for live, with nothing lost between them.
#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "log/events.h"
#include "log/reader.h"
#include "log/session_file.h"
#include "session/facts.h"
#include "session/standing.h"
#include "tests/cli/program.h"

namespace imps::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class Takes : public ::testing::Test {
 protected:
  void begin(const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"run",
                                   "-d",
                                   "3",
                                   "--no-web",
                                   "--serverport",
                                   "0",
                                   "--clientport",
                                   std::to_string(musician_.port())};
    words.insert(words.end(), more.begin(), more.end());
    run_.emplace(folder_.path(), words);
    port_ = run_->port();
    ASSERT_NE(port_, 0) << run_->err();
  }
  void play(int frames) {
    for (int k = 0; k < frames; ++k) {
      musician_.play({static_cast<float>(k % 64) / 63.0F, 0.5F}, port_);
      ASSERT_TRUE(musician_.is_answered(port_));
    }
  }
  void say(const char* address) { musician_.send(message(address, ",", {}), port_); }
  /// Asks until it is done: a take of less than a second goes on.
  [[nodiscard]] bool takes_end() {
    const auto late = std::chrono::steady_clock::now() + kWait;
    std::vector<fs::path> all;
    while ((all = logs()).empty())
      if (std::chrono::steady_clock::now() > late || !musician_.is_answered(port_)) return false;
    // Of the take that goes on now: the next one may be there before it is told.
    const std::string told = all.back().filename().string() + "; another one begins";
    while (std::chrono::steady_clock::now() < late) {
      say("/imps/take");
      if (run_->says(told, 20ms)) return true;
    }
    return false;
  }
  [[nodiscard]] std::vector<fs::path> logs() const {
    std::vector<fs::path> all;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder_.path() / "logs", ignored))
      if (entry.path().extension() == ".log") all.push_back(entry.path());
    std::ranges::sort(all);
    return all;
  }

  Folder folder_;
  Musician musician_;
  std::optional<Program> run_;
  std::uint16_t port_ = 0;
};

fs::path beside(const fs::path& log, const char* ending) {
  return fs::path(log).replace_extension(ending);
}

TEST_F(Takes, GoOnAsTheyWereSteeredAndEachHappensAgainBitForBit) {
  folder_.write("imps.toml", "[model]\ndimension = 3\n[scenes.slow]\nmodel.timescale = 1.5\n");
  begin();
  play(40);
  ASSERT_TRUE(musician_.hear("/prediction"));
  musician_.send(text_message("/imps/scene", "slow"), port_);
  ASSERT_TRUE(run_->says("scene slow")) << run_->err();
  musician_.send(floats("/imps/sigmatemp", {0.5F}), port_);
  musician_.send(text_message("/imps/mode", "battle"), port_);
  play(1);
  ASSERT_TRUE(musician_.hear("/prediction"));
  ASSERT_TRUE(takes_end()) << run_->err();
  // Nobody has moved anything: the battle goes on.
  musician_.heard_so_far("/prediction");
  for (int k = 0; k < 5; ++k)
    ASSERT_TRUE(musician_.hear("/prediction")) << run_->err();
  play(3);
  ASSERT_TRUE(takes_end()) << run_->err();
  play(2);
  EXPECT_EQ(run_->end(SIGTERM), 0) << run_->err();

  const auto all = logs();
  ASSERT_THAT(all, SizeIs(3)) << run_->err();
  std::vector<std::uint64_t> seeds;
  for (const fs::path& log : all) {
    const auto session = read_session(beside(log, ".session.json"));
    ASSERT_TRUE(session);
    ASSERT_TRUE(session->end) << log;
    const auto facts = read_facts(session->facts);
    ASSERT_TRUE(facts);
    seeds.push_back(facts->seed);
    EXPECT_EQ(facts->warmth.frames.empty(), log == all[0]);
    const Outcome again = imps(folder_.path(), {"replay", log.string(), "--verify"});
    EXPECT_EQ(again.status, 0) << again.out << again.err;
  }
  EXPECT_NE(seeds[0], seeds[1]) << "the same luck again would be heard";
  for (const std::size_t k : {1U, 2U}) {
    const auto standing = read_standing(all[k]);
    ASSERT_TRUE(standing);
    EXPECT_EQ(standing->scene, "slow");
    const std::string how = words(*standing);
    EXPECT_THAT(how, HasSubstr("mode battle"));
    EXPECT_THAT(how, HasSubstr("sigmatemp 0.5"));
  }
  std::uint64_t performer_rows = 0;
  for (const fs::path& log : all) {
    const auto read = read_log(log);
    ASSERT_TRUE(read);
    performer_rows += read->report.performer_rows;
  }
  EXPECT_EQ(performer_rows, 46U) << "none was lost, and none written twice";
}

TEST_F(Takes, OfASeedThatWasGivenBeginAlike) {
  begin({"--seed", "5"});
  play(5);
  ASSERT_TRUE(takes_end()) << run_->err();
  play(5);
  EXPECT_EQ(run_->end(SIGTERM), 0) << run_->err();
  for (const fs::path& log : logs()) {
    const auto session = read_session(beside(log, ".session.json"));
    ASSERT_TRUE(session);
    const auto facts = read_facts(session->facts);
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->seed, 5U);
    const auto events = read_events(beside(log, ".events.jsonl"));
    ASSERT_TRUE(events);
    for (const LogEvent& event : events->events)
      EXPECT_THAT(event.name, Not("seed"));
  }
}

TEST_F(Takes, ThatHaveNoRowYetGoOn) {
  begin();
  for (int k = 0; k < 100; ++k)
    say("/imps/take");
  ASSERT_TRUE(run_->says("the take has only just begun")) << run_->err();
  play(1);
  EXPECT_EQ(run_->end(SIGTERM), 0) << run_->err();
  EXPECT_THAT(logs(), SizeIs(1));
  const std::string& said = run_->err();
  EXPECT_EQ(said.find("only just begun"), said.rfind("only just begun")) << "said once";
}

TEST_F(Takes, CannotEndWhereNothingIsLogged) {
  begin({"--no-log"});
  play(1);
  say("/imps/take");
  EXPECT_TRUE(run_->says("nothing is being logged: there is no take to end")) << run_->err();
  EXPECT_EQ(run_->end(SIGTERM), 0) << run_->err();
  EXPECT_THAT(logs(), IsEmpty());
}

}  // namespace
}  // namespace imps::test
