// What is made of facts about the folder: its disk, its takes, and who else is in it.
#include "tests/support/folder.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "platform/storage.h"
#include "session/doctor/company.h"
#include "session/doctor/storage.h"
#include "session/doctor/take.h"

namespace imps::doctor {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using State = Check::State;

std::vector<std::string> names(const std::vector<Check>& checks) {
  std::vector<std::string> all;
  for (const Check& check : checks)
    all.push_back(check.name);
  return all;
}

StorageFacts fine() {
  return {.folder = ".",
          .log_folder = "logs",
          .space = 5'000'000'000,
          .syncs = {4ms, 5ms, 6ms, 4ms, 5ms},
          .quota = 1'000'000'000,
          .logged = 100'000'000};
}

TEST(DoctorsFolder, IsWellWithSpaceAndSpeed) {
  const auto checks = judge(fine());
  EXPECT_THAT(names(checks), ElementsAre("folder", "disk", "disk's speed", "log quota"));
  EXPECT_THAT(checks,
              Each(AllOf(Field(&Check::state, State::well), Field(&Check::help, IsEmpty()))));
  EXPECT_THAT(checks[2].words, AllOf(HasSubstr("5.0 ms until"), HasSubstr("6.0 ms at worst")));
  EXPECT_THAT(checks[3].words, HasSubstr("100 MB of 1.0 GB"));
}

TEST(DoctorsFolder, IsBadWhenTakesAreLost) {
  StorageFacts facts = fine();
  facts.log_trouble = "Permission denied";
  const Check check = judge(facts).front();
  EXPECT_EQ(check.state, State::bad);
  EXPECT_THAT(check.words, AllOf(HasSubstr("logs"), HasSubstr("Permission denied")));
  EXPECT_THAT(check.help, HasSubstr("log.folder"));
}

TEST(DoctorsFolder, IsDoubtfulWhenOnlyTakesCanBeWritten) {
  StorageFacts facts = fine();
  facts.folder_trouble = "Read-only file system";
  EXPECT_EQ(judge(facts).front().state, State::doubtful);
}

TEST(DoctorsFolder, IsNotAskedForSpaceWhereNothingIsLogged) {
  const auto checks = judge(StorageFacts{.folder = ".", .logs = false});
  EXPECT_THAT(names(checks), ElementsAre("folder"));
  EXPECT_EQ(checks.front().state, State::well);
}

TEST(DoctorsDisk, IsDoubtfulBelowAGigabyteAndBadWhenFull) {
  StorageFacts facts = fine();
  facts.space = kScarceSpace;
  EXPECT_EQ(judge(facts)[1].state, State::well);
  facts.space = kScarceSpace - 1;
  EXPECT_EQ(judge(facts)[1].state, State::doubtful);
  facts.space = kNoSpace - 1;
  EXPECT_EQ(judge(facts)[1].state, State::bad);
  EXPECT_THAT(judge(facts)[1].help, Not(IsEmpty()));
}

TEST(DoctorsDisk, IsSlowByItsMedianAndNotByOneStall) {
  StorageFacts facts = fine();
  facts.syncs = {5ms, 900ms, 5ms, 5ms, 5ms};
  EXPECT_EQ(judge(facts)[2].state, State::well);
  EXPECT_THAT(judge(facts)[2].words, HasSubstr("900.0 ms"));
  facts.syncs = {5ms, 900ms, 101ms, 101ms, 5ms};
  EXPECT_EQ(judge(facts)[2].state, State::doubtful);
}

TEST(DoctorsQuota, IsDoubtfulWhenNearAndBadWhenUsedUp) {
  StorageFacts facts = fine();
  facts.logged = 900'000'000;
  EXPECT_EQ(judge(facts)[3].state, State::doubtful);
  facts.logged = 1'000'000'000;
  EXPECT_EQ(judge(facts)[3].state, State::bad);
  EXPECT_THAT(judge(facts)[3].help, HasSubstr("log.quota"));
}

TEST(DoctorsStorage, LooksAtTheDiskAndLeavesNothingBehind) {
  test::Folder folder;
  const StorageFacts facts = look_at_storage(folder.path(), LogSettings{});
  EXPECT_THAT(facts.folder_trouble, IsEmpty());
  EXPECT_THAT(facts.log_trouble, IsEmpty());
  EXPECT_EQ(facts.log_folder, folder / "logs");
  EXPECT_EQ(facts.syncs.size(), 5U);
  EXPECT_TRUE(facts.space);
  EXPECT_EQ(facts.logged, 0U);
  EXPECT_TRUE(fs::is_empty(folder.path())) << "the logs' folder is not made, either";
}

TEST(DoctorsStorage, FindsWhatIsInTheWay) {
  test::Folder folder;
  folder.write("logs", "a file where a folder should be");
  const StorageFacts facts = look_at_storage(folder.path(), LogSettings{});
  EXPECT_THAT(facts.log_trouble, Not(IsEmpty()));
  EXPECT_EQ(judge(facts).front().state, State::bad);
}

TEST(TimeSyncs, SaysWhyAFolderCannotBeWrittenTo) {
  const auto took = platform::time_syncs("/proc", 1);
  ASSERT_FALSE(took);
  EXPECT_THAT(took.error().message, Not(IsEmpty()));
}

constexpr const char* kWhole =
    "2026-01-31T20:00:00.000000,interface,0.5,0.25\n"
    "2026-01-31T20:00:01.000000,rnn,0.5,0.25\n";

TEST(DoctorsTake, IsTheNewestAndWhole) {
  test::Folder folder;
  EXPECT_EQ(judge(look_at_take(folder.path() / "logs", false)).words, "none yet");
  folder.write("logs/old-3d-mdrnn.log", "rubbish\n");
  fs::last_write_time(folder / "logs/old-3d-mdrnn.log", fs::file_time_type::clock::now() - 1h);
  folder.write("logs/new-3d-mdrnn.log", kWhole);
  folder.write("logs/new-3d-mdrnn.session.json", "{}");
  const Check check = judge(look_at_take(folder.path() / "logs", false));
  EXPECT_EQ(check.state, State::well);
  EXPECT_THAT(check.words, AllOf(HasSubstr("new-3d-mdrnn.log"), HasSubstr("2 rows, whole")));
}

TEST(DoctorsTake, IsDoubtfulWhenItsEndIsCutUnlessItIsStillWritten) {
  test::Folder folder;
  folder.write("a-3d-mdrnn.log", std::string(kWhole) + "2026-01-31T20:00:02.0000");
  const Check cut = judge(look_at_take(folder.path(), false));
  EXPECT_EQ(cut.state, State::doubtful);
  EXPECT_THAT(cut.words, AllOf(HasSubstr("2 rows, and 1 damaged"), HasSubstr(".log:3: ")));
  EXPECT_THAT(cut.help, HasSubstr("broke off"));
  EXPECT_EQ(judge(look_at_take(folder.path(), true)).state, State::well);
}

TEST(DoctorsTake, IsDoubtfulWhenRowsAreDamaged) {
  test::Folder folder;
  folder.write("a-3d-mdrnn.log", "rubbish\n" + std::string(kWhole));
  const Check check = judge(look_at_take(folder.path(), true));
  EXPECT_EQ(check.state, State::doubtful);
  EXPECT_THAT(check.words, HasSubstr(".log:1: "));
  EXPECT_THAT(check.help, HasSubstr("imps inspect"));
}

TEST(DoctorsTake, IsOnlyNamedWhenItIsVeryLong) {
  test::Folder folder;
  const fs::path path = folder.write("a-3d-mdrnn.log", kWhole);
  fs::resize_file(path, kLongestLook + 1);
  const Check check = judge(look_at_take(folder.path(), false));
  EXPECT_EQ(check.state, State::well);
  EXPECT_THAT(check.words, HasSubstr("too long"));
}

TEST(DoctorsTake, IsDoubtfulWhenItCannotBeRead) {
  const Check check = judge(TakeFacts{.path = "logs/a.log", .trouble = "Input/output error"});
  EXPECT_EQ(check.state, State::doubtful);
  EXPECT_EQ(check.words, "logs/a.log: Input/output error");
}

TEST(DoctorsCompany, IsDoubtfulAndNamed) {
  EXPECT_EQ(judge(CompanyFacts{}).state, State::well);
  const CompanyFacts two{{{.process = 7, .words = {"/usr/bin/imps", "run", "stage.toml"}},
                          {.process = 9, .words = {"imps-train", "a", "b", "c", "d"}}}};
  const Check check = judge(two);
  EXPECT_EQ(check.state, State::doubtful);
  EXPECT_THAT(check.words, AllOf(HasSubstr("'imps run stage.toml' (process 7)"),
                                 HasSubstr("'imps-train a b c …' (process 9)")));
  EXPECT_TRUE(performs(two));
  EXPECT_THAT(check.help, HasSubstr("two performances"));
  const CompanyFacts training{{two.programs[1]}};
  EXPECT_FALSE(performs(training));
  EXPECT_THAT(judge(training).help, HasSubstr("processors"));
}

}  // namespace
}  // namespace imps::doctor
