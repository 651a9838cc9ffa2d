// What is made of facts about the machine.
#include "session/doctor/machine.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <imps/model.h>

#include "session/doctor/punctuality.h"

namespace imps::doctor {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using State = Check::State;

TEST(DoctorsProcessor, IsWellWhenItHasTimeLeft) {
  const Check check = judge(ProcessorFacts{
      .processors = 4, .load = 3.9, .governor = platform::Governor{"ondemand", "cpufreq-dt"}});
  EXPECT_EQ(check.state, State::well);
  EXPECT_EQ(check.words, "4 processors, load 3.90, governor ondemand");
  EXPECT_THAT(check.help, IsEmpty());
  EXPECT_EQ(judge(ProcessorFacts{.processors = 1}).words, "1 processor") << "what is known";
}

TEST(DoctorsProcessor, IsDoubtfulWhenMoreWantsToRunThanCan) {
  const Check check = judge(ProcessorFacts{.processors = 2, .load = 2.1});
  EXPECT_EQ(check.state, State::doubtful);
  EXPECT_THAT(check.help, HasSubstr("end programs"));
}

TEST(DoctorsProcessor, IsDoubtfulWhenItIsKeptSlow) {
  ProcessorFacts facts{.processors = 2, .governor = platform::Governor{"powersave", "cpufreq-dt"}};
  EXPECT_EQ(judge(facts).state, State::doubtful);
  EXPECT_THAT(judge(facts).help, HasSubstr("performance"));
  facts.governor->driver = "intel_pstate";
  EXPECT_EQ(judge(facts).state, State::well) << "where powersave runs fast when there is work";
  facts.load = 7;
  facts.governor->driver = "";
  EXPECT_THAT(judge(facts).help, AllOf(HasSubstr("end programs"), HasSubstr("cpupower")));
}

TEST(DoctorsMemory, IsDoubtfulWhenScarceAndBadWhenGone) {
  EXPECT_EQ(judge_memory(kScarceMemory).state, State::well);
  EXPECT_THAT(judge_memory(kScarceMemory).help, IsEmpty());
  EXPECT_EQ(judge_memory(kScarceMemory - 1).state, State::doubtful);
  EXPECT_THAT(judge_memory(64'000'000).words, HasSubstr("64 MB"));
  EXPECT_EQ(judge_memory(kNoMemory - 1).state, State::bad);
  EXPECT_THAT(judge_memory(0).help, HasSubstr("close"));
}

TEST(DoctorsUsage, IsDoubtfulWhenAProcessorHasNoRest) {
  const Check check = judge(UsageFacts{.cores = 0.0312, .memory = 18'400'000});
  EXPECT_EQ(check.state, State::well);
  EXPECT_EQ(check.words, "takes 3.1 % of a processor and 18 MB of memory");
  EXPECT_EQ(judge(UsageFacts{.cores = 0.95}).state, State::doubtful);
  EXPECT_THAT(judge(UsageFacts{.cores = 0.95}).help, HasSubstr("smaller model"));
}

TEST(DoctorsClock, IsDoubtfulBeforeThisProgramWasMade) {
  using namespace std::chrono;
  EXPECT_EQ(judge_clock(sys_days{2024y / 1 / 1}).state, State::well);
  const Check check = judge_clock(sys_days{1970y / 1 / 1});
  EXPECT_EQ(check.state, State::doubtful);
  EXPECT_THAT(check.words, HasSubstr("1970-01-01"));
  EXPECT_THAT(check.help, HasSubstr("clock"));
}

TEST(DoctorsPriority, IsWellOnlyWhenItIsRealTime) {
  EXPECT_EQ(judge_priority({.priority = "real-time priority 5", .real_time_limit = 0}).state,
            State::well)
      << "by a right of the program's file";
  const Check check = judge_priority({.priority = "nice -11", .real_time_limit = 0});
  EXPECT_EQ(check.state, State::doubtful);
  EXPECT_THAT(check.words, AllOf(HasSubstr("nice -11"), HasSubstr("up to 0")));
  EXPECT_THAT(check.help, HasSubstr("@audio - rtprio"));
  EXPECT_THAT(judge_priority({.priority = "ordinary priority"}).words, Not(HasSubstr("up to")))
      << "where the system has no such limit";
}

TEST(DoctorsTimer, IsJudgedByItsMedianAndItsWorst) {
  const auto late = [](Duration median, Duration worst) {
    return judge_timer({.lateness = {.count = 100, .median = median, .p99 = 0us, .worst = worst}});
  };
  EXPECT_EQ(late(60us, 900us).state, State::well);
  EXPECT_THAT(late(60us, 900us).words,
              AllOf(HasSubstr("100 wake-ups"), HasSubstr("0.06 ms"), HasSubstr("0.90 ms")));
  EXPECT_EQ(late(60us, kUnsteady + 1us).state, State::doubtful);
  EXPECT_EQ(late(kUnpunctual + 1us, 2ms).state, State::doubtful);
  EXPECT_EQ(late(kUnsteady + 1us, 20ms).state, State::bad);
  EXPECT_THAT(late(20ms, 20ms).help, HasSubstr("imps bench stage"));
  EXPECT_EQ(judge_timer({}).state, State::doubtful) << "nothing came at all";
}

TEST(DoctorsTimer, ForgivesAPerformanceOneLatePredictionInAHundred) {
  PunctualityFacts facts{.lateness = {.count = 5000, .median = 50us, .p99 = 200us, .worst = 80ms},
                         .performed = true};
  EXPECT_EQ(judge_timer(facts).state, State::well);
  EXPECT_THAT(judge_timer(facts).words, HasSubstr("5000 predictions"));
  facts.lateness.p99 = kUnsteady + 1us;
  EXPECT_EQ(judge_timer(facts).state, State::doubtful);
  EXPECT_EQ(judge_timer({.performed = true}).state, State::well) << "it has not begun";
}

TEST(Punctuality, IsMeasuredInAFewTenthsOfASecond) {
  const auto before = std::chrono::steady_clock::now();
  const PunctualityFacts facts = look_at_punctuality();
  const auto took = std::chrono::steady_clock::now() - before;
  EXPECT_THAT(facts.priority, Not(IsEmpty()));
  EXPECT_GT(facts.lateness.count, 0U);
  EXPECT_LE(facts.lateness.count, 100U);
  EXPECT_LT(took, 10s) << "0.3 s, unless the machine stands still";
}

TEST(Machine, SaysWhatItKnowsOfItself) {
  const ProcessorFacts facts = look_at_processor();
  EXPECT_GE(facts.processors, 1);
  ASSERT_TRUE(facts.load);
  EXPECT_GE(*facts.load, 0);
#if defined(__linux__)
  ASSERT_TRUE(platform::free_memory());
  EXPECT_GT(*platform::free_memory(), 1'000'000U);
  ASSERT_TRUE(platform::real_time_limit());
  EXPECT_LE(*platform::real_time_limit(), 99);
#endif
  EXPECT_THAT(judge_simd(std::string(simd_target())).words, Not(IsEmpty()));
}

TEST(Checks, AreAsBadAsTheWorst) {
  EXPECT_EQ(worst({}), State::well);
  const std::vector<Check> checks{
      {.name = "a"}, {.name = "b", .state = State::bad}, {.name = "c", .state = State::doubtful}};
  EXPECT_EQ(worst(checks), State::bad);
}

TEST(Checks, AreJsonWhateverADeviceIsCalled) {
  const std::vector<Check> checks{
      {.name = "MIDI", .state = State::doubtful, .words = "\"\x01\xff\n", .help = "h"}};
  const auto json = nlohmann::json::parse(to_json(checks));
  ASSERT_EQ(json.size(), 1U);
  EXPECT_EQ(json[0]["name"], "MIDI");
  EXPECT_EQ(json[0]["state"], "doubtful");
  EXPECT_EQ(json[0]["help"], "h");
  EXPECT_THAT(json[0]["words"].get<std::string>(), HasSubstr("\x01"));
}

TEST(Checks, SaySizesRounded) {
  EXPECT_EQ(size_words(999), "999 B");
  EXPECT_EQ(size_words(64'000), "64 kB");
  EXPECT_EQ(size_words(50'400'000), "50 MB");
  EXPECT_EQ(size_words(1'240'000'000), "1.2 GB");
}

}  // namespace
}  // namespace imps::doctor
