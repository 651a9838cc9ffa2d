#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>

#include <imps/command.h>

namespace imps {
namespace {

using testing::HasSubstr;
using Arguments = std::vector<CommandArgument>;

TEST(MakeCommand, AcceptsTheRangesOfTheContractAndNothingElse) {
  EXPECT_TRUE(make_command("timescale", Arguments{1e-6}).has_value());
  EXPECT_TRUE(make_command("timescale", Arguments{1000.0}).has_value());
  EXPECT_FALSE(make_command("timescale", Arguments{0.0}).has_value());
  EXPECT_FALSE(make_command("timescale", Arguments{1000.1}).has_value());
  EXPECT_TRUE(make_command("sigmatemp", Arguments{0.0}).has_value());
  EXPECT_FALSE(make_command("sigmatemp", Arguments{-0.1}).has_value());
  EXPECT_FALSE(make_command("pitemp", Arguments{0.0}).has_value());
  EXPECT_TRUE(make_command("threshold", Arguments{0.0}).has_value());
  EXPECT_TRUE(make_command("maxrest", Arguments{0.001}).has_value());
  EXPECT_FALSE(make_command("maxrest", Arguments{0.0}).has_value());
  for (const double rubbish :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    for (const char* const word :
         {"timescale", "sigmatemp", "pitemp", "threshold", "maxrest", "seed", "pause"}) {
      EXPECT_FALSE(make_command(word, Arguments{rubbish}).has_value()) << word;
    }
  }
}

TEST(MakeCommand, ReadsModesByEveryNameTheyHaveHad) {
  for (const auto& [text, mode] :
       std::vector<std::pair<std::string_view, Mode>>{{"callresponse", Mode::call_response},
                                                      {"call-response", Mode::call_response},
                                                      {"Harmony", Mode::polyphony},
                                                      {"filter", Mode::polyphony},
                                                      {"independent", Mode::battle},
                                                      {"user_only", Mode::user_only}}) {
    const auto command = make_command("mode", Arguments{text});
    ASSERT_TRUE(command.has_value()) << text;
    EXPECT_EQ(command->mode, mode) << text;
  }
  EXPECT_FALSE(make_command("mode", Arguments{std::string_view("solo")}).has_value());
  EXPECT_FALSE(make_command("mode", Arguments{1.0}).has_value());
  EXPECT_FALSE(make_command("mode", Arguments{}).has_value());
}

TEST(MakeCommand, TakesAModelByNameOnlyNeverByPath) {
  EXPECT_TRUE(make_command("model", Arguments{std::string_view("mine.keras")}).has_value());
  for (const std::string_view path : {"../mine.keras", "/etc/passwd", ".hidden", "a\\b", ""}) {
    EXPECT_FALSE(make_command("model", Arguments{path}).has_value()) << path;
  }
  EXPECT_FALSE(make_command("model", Arguments{std::string_view("a\0b", 3)}).has_value());
}

TEST(MakeCommand, TakesWordsOfSeveralPartsAsPeopleWriteThem) {
  for (const char* const word : {"handover", "hand-over", "hand_over"}) {
    const auto command = make_command(word, {});
    ASSERT_TRUE(command) << word;
    EXPECT_EQ(command->kind, Command::Kind::hand_over);
  }
  EXPECT_FALSE(make_command("hand-ove", {}).has_value());
  EXPECT_FALSE(make_command("hand-overs", {}).has_value());
  EXPECT_FALSE(make_command("-", {}).has_value());
}

TEST(MakeCommand, NamesTheNearestWordForAMistypedOne) {
  const auto command = make_command("sigmatmp", Arguments{1.0});
  ASSERT_FALSE(command.has_value());
  EXPECT_THAT(command.error().message, HasSubstr("sigmatemp"));
}

TEST(MakeCommand, PausesWithAndWithoutAnArgument) {
  EXPECT_EQ(make_command("pause", Arguments{})->number, 1);
  EXPECT_EQ(make_command("pause", Arguments{1.0})->number, 1);
  EXPECT_EQ(make_command("pause", Arguments{0.0})->number, 0);
}

}  // namespace
}  // namespace imps
