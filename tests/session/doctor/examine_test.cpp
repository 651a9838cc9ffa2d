// The configuration and the model; and the whole examination, which nothing may stop.
#include "session/doctor/examine.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>

#include "session/doctor/configuration.h"
#include "session/doctor/model.h"
#include "session/doctor/patience.h"
#include "tests/support/folder.h"

namespace imps::doctor {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using State = Check::State;

TEST(DoctorsConfiguration, MayBeAbsent) {
  test::Folder folder;
  const Check check = judge(look_at_configuration(folder.path(), {}));
  EXPECT_EQ(check.state, State::well);
  EXPECT_THAT(check.words, HasSubstr("defaults"));
  EXPECT_EQ(judge(look_at_configuration(folder.path(), folder / "no-such.toml")).state, State::bad)
      << "unless it was named";
}

TEST(DoctorsConfiguration, IsBadWithTheFilesNameAndLine) {
  test::Folder folder;
  folder.write("imps.toml", "[interaction]\nthreshold = -1\nmode = 7\n");
  const Check check = judge(look_at_configuration(folder.path(), {}));
  EXPECT_EQ(check.state, State::bad);
  EXPECT_THAT(check.words, AllOf(HasSubstr("imps.toml:2:"), HasSubstr("imps.toml:3:")));
  EXPECT_THAT(check.help, HasSubstr("imps run --check"));
}

TEST(DoctorsConfiguration, IsDoubtfulWhenAKeyIsUnknown) {
  test::Folder folder;
  folder.write("imps.toml", "[interaction]\ntreshold = 1\n");
  const Check check = judge(look_at_configuration(folder.path(), {}));
  EXPECT_EQ(check.state, State::doubtful);
  EXPECT_THAT(check.words, HasSubstr("imps.toml:2:"));
}

TEST(DoctorsConfiguration, TellsOfMuchTheBeginning) {
  ConfigurationFacts facts{.path = "imps.toml"};
  facts.read.errors.assign(100, Diagnostic{"imps.toml", 1, 1, "wrong", "right"});
  EXPECT_THAT(judge(facts).words, HasSubstr("\nand 95 more"));
}

TEST(DoctorsConfiguration, IsBadWithNothingToPlayThrough) {
  test::Folder folder;
  folder.write("imps.toml", "[osc]\nenabled = false\n");
  const Check check = judge(look_at_configuration(folder.path(), {}));
  EXPECT_EQ(check.state, State::bad) << check.words;
  EXPECT_THAT(check.help, HasSubstr("[midi]"));
}

class DoctorsModel : public ::testing::Test {
 protected:
  void put(const char* kept, const char* name) {
    const fs::path to = folder_ / "models";
    fs::create_directories(to);
    fs::copy_file(fs::path(IMPS_SOURCE_DIR) / "tests/model/files/data" / kept, to / name);
  }
  Check check() { return judge(look_at_model(folder_.path(), settings_)); }

  test::Folder folder_;
  Settings settings_;
};

TEST_F(DoctorsModel, IsTheBuiltInOneWhereThereIsNoOther) {
  EXPECT_EQ(check().state, State::well);
  EXPECT_THAT(check().words, HasSubstr("built-in"));
}

TEST_F(DoctorsModel, IsTheNewestOfTheDimensionThatIsAskedFor) {
  put("dim3-layers3-units9-mixtures3.safetensors", "three.safetensors");
  EXPECT_THAT(check().words, AllOf(HasSubstr("three.safetensors"), HasSubstr("dimension 3")));
  settings_.model.dimension = 4;
  EXPECT_THAT(check().words, HasSubstr("built-in"));
}

TEST_F(DoctorsModel, IsDoubtfulWhenASpoiledOneIsPassedOver) {
  put("dim3-layers3-units9-mixtures3.safetensors", "three.safetensors");
  fs::last_write_time(folder_ / "models/three.safetensors", fs::file_time_type::clock::now() - 1h);
  folder_.write("models/new.safetensors", "spoiled");
  for (const auto& dimension : {std::optional<int>(), std::optional<int>(3)}) {
    settings_.model.dimension = dimension;
    EXPECT_EQ(check().state, State::doubtful);
    EXPECT_THAT(check().words, AllOf(HasSubstr("three.safetensors"), HasSubstr("\npassed over: "),
                                     HasSubstr("new.safetensors")));
    EXPECT_THAT(check().help, HasSubstr("take it out"));
  }
}

TEST_F(DoctorsModel, IsBadWhenTheOneThatIsAskedForCannotBePlayed) {
  settings_.model.file = "models/mine.keras";
  EXPECT_EQ(check().state, State::bad) << "missing";
  EXPECT_THAT(check().words, HasSubstr("mine.keras"));
  put("dim3-layers3-units9-mixtures3.safetensors", "three.safetensors");
  settings_.model.file = "models/three.safetensors";
  settings_.model.dimension = 9;
  EXPECT_EQ(check().state, State::bad) << "of another dimension";
  settings_.model.file = "built-in-9";
  EXPECT_EQ(check().state, State::well) << check().words;
}

TEST_F(DoctorsModel, IsJudgedByItsStep) {
  ModelFacts facts{.name = "m", .sizes = "dimension 9", .step = kStepBudget};
  EXPECT_EQ(judge(facts).state, State::well);
  facts.step = kStepBudget + Duration{1};
  EXPECT_EQ(judge(facts).state, State::doubtful);
  EXPECT_THAT(judge(facts).words, HasSubstr("1001 µs, of 1000 µs"));
  facts.step = kStepTooLong + Duration{1};
  EXPECT_EQ(judge(facts).state, State::bad);
  EXPECT_THAT(judge(facts).help, HasSubstr("smaller"));
}

TEST(Patience, TakesWhatIsFoundInTime) {
  EXPECT_EQ(within(1min, [] { return 7; }), 7);
}

TEST(Patience, EndsBeforeALookThatHangs) {
  std::promise<void> freed;
  const auto hangs = std::make_shared<std::future<void>>(freed.get_future());
  auto ended = std::make_shared<std::promise<void>>();
  auto end = ended->get_future();
  EXPECT_FALSE(within(1ms, [hangs, ended] {
    hangs->wait();
    ended->set_value();
    return 7;
  }));
  freed.set_value();
  end.wait();
}

TEST(Patience, HandsAFailureOn) {
  EXPECT_THROW(within(1min, []() -> int { throw std::runtime_error("no"); }), std::runtime_error);
}

TEST(Patience, DoesNotPileUpLooksThatHang) {
  std::promise<void> freed;
  const std::shared_future<void> hangs = freed.get_future().share();
  const auto ended = std::make_shared<std::atomic<int>>(0);
  for (int i = 0; i < 3 * kMostLost; ++i) {
    EXPECT_FALSE(run_within(1ms, [hangs, ended] {
      hangs.wait();
      ++*ended;
    }));
  }
  freed.set_value();
  while (*ended < kMostLost)
    std::this_thread::yield();
  // They are counted out once they have ended, a moment later.
  const auto until = std::chrono::steady_clock::now() + 20s;
  bool looks_again = false;
  while (!looks_again && std::chrono::steady_clock::now() < until)
    looks_again = run_within(20s, [] {});
  EXPECT_TRUE(looks_again);
  EXPECT_EQ(*ended, kMostLost);
}

TEST(Doctor, LooksAtEverythingWhateverIsWrong) {
  test::Folder folder;
  folder.write("imps.toml",
               "[web]\nlisten = \"localhost:0\"\n[osc]\nlisten = \"192.0.2.1:5001\"\n[model]\nfile "
               "= \"gone.keras\"\n");
  folder.write("logs", "a file where a folder should be");
  const auto checks = examine({.folder = folder.path(), .patience = 1min});
  std::vector<std::string> names;
  std::vector<std::string> bad;
  for (const Check& check : checks) {
    names.push_back(check.name);
    if (check.state == State::bad) bad.push_back(check.name);
    EXPECT_THAT(check.words, Not(IsEmpty())) << check.name;
    EXPECT_EQ(check.help.empty(), check.state == State::well) << check.name;
  }
  EXPECT_THAT(names, IsSupersetOf({"processor", "instructions", "priority", "timer", "clock",
                                   "configuration", "model", "OSC port", "page's port", "MIDI",
                                   "serial lines", "folder", "newest take"}));
  EXPECT_THAT(bad, IsSupersetOf({"model", "OSC port", "folder"}));
}

TEST(Doctor, BelievesAPerformanceWhatItPerformsWith) {
  test::Folder folder;
  folder.write("imps.toml", "[model]\nfile = \"gone.keras\"\n");
  Performing performing{.priority = "real-time priority 5", .lateness = {.count = 7}};
  performing.settings.osc.listen.port = 0;
  performing.settings.log.enabled = false;
  performing.settings.web.enabled = false;
  const auto checks =
      examine({.folder = folder.path(), .performing = performing, .patience = 1min});
  const auto named = [&](std::string_view name) {
    return *std::find_if(checks.begin(), checks.end(),
                         [name](const Check& check) { return check.name == name; });
  };
  EXPECT_EQ(named("model").state, State::well) << "the flags may have named another";
  EXPECT_EQ(named("priority").words, "real-time priority 5");
  EXPECT_THAT(named("timer").words, HasSubstr("7 predictions"));
}

TEST(Doctor, SaysWhatDidNotAnswer) {
  test::Folder folder;
  const auto checks = examine({.folder = folder.path(), .patience = 0ms});
  const auto timer = std::find_if(checks.begin(), checks.end(),
                                  [](const Check& check) { return check.name == "timer"; });
  ASSERT_NE(timer, checks.end());
  EXPECT_EQ(timer->state, State::doubtful);
  EXPECT_THAT(timer->words, HasSubstr("no answer within 0 ms"));
  EXPECT_THAT(timer->help, Not(IsEmpty()));
}

}  // namespace
}  // namespace imps::doctor
