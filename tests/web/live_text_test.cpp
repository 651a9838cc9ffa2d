// What pages say, and what is put together for them.
#include "web/live_text.h"

#include <array>
#include <vector>

#include <gmock/gmock.h>

namespace imps::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using Json = nlohmann::json;

class Heard final : public StageDoor {
 public:
  Result<void> play(const std::vector<double>& controls) override {
    played = controls;
    return {};
  }
  Result<void> move(const std::vector<std::pair<std::size_t, double>>& changes) override {
    moved = changes;
    return {};
  }
  Result<void> say(const Command& command) override {
    commands.push_back(command);
    return {};
  }
  void watch(bool) override {}

  std::vector<double> played;
  std::vector<std::pair<std::size_t, double>> moved;
  std::vector<Command> commands;
};

TEST(LiveMessage, MovesAllControlsOrSome) {
  Heard stage;
  EXPECT_TRUE(act_on_live_message(R"({"frame": [0.5, 2, -0.0]})", stage));
  EXPECT_THAT(stage.played, ElementsAre(0.5, 1, 0));
  EXPECT_TRUE(act_on_live_message(R"({"set": [0, 0.25, 7, 1]})", stage));
  EXPECT_THAT(stage.moved, ElementsAre(Pair(0U, 0.25), Pair(7U, 1)));
}

TEST(LiveMessage, IsACommandAsOverOsc) {
  Heard stage;
  EXPECT_TRUE(act_on_live_message(R"({"command": ["sigmatemp", 0.5]})", stage));
  EXPECT_TRUE(act_on_live_message(R"({"command": ["mode", "battle"]})", stage));
  EXPECT_TRUE(act_on_live_message(R"({"command": ["pause", true]})", stage));
  EXPECT_TRUE(act_on_live_message(R"({"command": ["panic"]})", stage));
  ASSERT_EQ(stage.commands.size(), 4U);
  EXPECT_EQ(stage.commands[0].number, 0.5);
  EXPECT_EQ(stage.commands[1].mode, Mode::battle);
  EXPECT_EQ(stage.commands[2].number, 1);
  EXPECT_EQ(stage.commands[3].kind, Command::Kind::panic);
}

TEST(LiveMessage, ThatIsRubbishDoesNothingAndIsToldWhy) {
  Heard stage;
  for (const char* const bad : {"",
                                "x",
                                "[]",
                                "{}",
                                "null",
                                R"({"frame": []})",
                                R"({"frame": [null]})",
                                R"({"frame": ["1"]})",
                                R"({"frame": [1e999]})",
                                R"({"set": [0]})",
                                R"({"set": [-1, 0]})",
                                R"({"set": [128, 0]})",
                                R"({"set": [0.5, 0]})",
                                R"({"set": [0, "x"]})",
                                R"({"command": []})",
                                R"({"command": "panic"})",
                                R"({"command": ["no such"]})",
                                R"({"command": ["sigmatemp", -1]})",
                                R"({"command": ["sigmatemp", [1]]})",
                                R"({"command": ["model", "../secret"]})",
                                R"({"frame": [1], "set": [0, 1]})",
                                R"({"other": 1})"})
    EXPECT_FALSE(act_on_live_message(bad, stage)) << bad;
  const std::string deep = std::string(10'000, '[');
  EXPECT_FALSE(act_on_live_message(deep, stage));
  EXPECT_FALSE(act_on_live_message("{\"frame\": " + deep, stage));
  EXPECT_THAT(stage.played, IsEmpty());
  EXPECT_THAT(stage.moved, IsEmpty());
  EXPECT_THAT(stage.commands, IsEmpty());
  const auto told = act_on_live_message(R"({"command": ["sigmtemp", 1]})", stage);
  ASSERT_FALSE(told);
  EXPECT_THAT(told.error().message, HasSubstr("sigmatemp")) << "what was meant";
}

TEST(LiveNews, TellOnlyWhatDiffers) {
  LiveNews news;
  EXPECT_TRUE(news.is_empty());
  news.state({{"mode", "battle"}, {"paused", false}});
  news.sounded(10, 0, std::vector{0.5, 0.25});
  news.sounded(20, 0, std::vector{0.5, 0.75});
  news.sounded(30, 1, std::vector{0.5, 0.75});
  Json first = Json::parse(news.take(40));
  EXPECT_EQ(first["t"], 40);
  EXPECT_EQ(first["state"], Json({{"mode", "battle"}, {"paused", false}}));
  EXPECT_EQ(first["events"], Json::parse("[[10,0,[0,0.5,1,0.25]],[20,0,[1,0.75]],"
                                         "[30,1,[0,0.5,1,0.75]]]"));
  EXPECT_TRUE(news.is_empty());
  news.state({{"mode", "battle"}, {"paused", true}});
  EXPECT_EQ(Json::parse(news.take(50)), Json({{"t", 50}, {"state", {{"paused", true}}}}));
}

TEST(LiveNews, HaveAllForWhoComesLate) {
  LiveNews news;
  news.state({{"mode", "battle"}});
  news.sounded(10, 1, std::vector{0.5});
  static_cast<void>(news.take(20));
  const Json all = Json::parse(news.all(30, 7));
  EXPECT_EQ(all["state"]["mode"], "battle");
  EXPECT_EQ(all["frames"], Json::parse(R"({"performer": [], "model": [0.5]})"));
  EXPECT_EQ(all["missed"], 7);
}

TEST(LiveNews, ShowWhatComesNext) {
  LiveNews news;
  const std::array weights{0.75F, 0.25F};
  news.next({.base = 100,
             .due = std::nullopt,
             .weights = weights,
             .dimensions = {{{0.5F, 0.1F}, {1.0F, 0.2F}}, {{0.25F, 0.01F}, {0.75F, 0.02F}}}});
  const Json next = Json::parse(news.take(1))["next"];
  EXPECT_EQ(next["base"], 100);
  EXPECT_EQ(next["due"], nullptr);
  EXPECT_EQ(next["weights"], Json({0.75, 0.25}));
  EXPECT_EQ(next["dt"], Json::parse("[[0.5,0.1],[1,0.2]]"));
  EXPECT_EQ(next["controls"], Json::parse("[[[0.25,0.01],[0.75,0.02]]]"));
  news.nothing_next();
  EXPECT_EQ(Json::parse(news.take(2))["next"], nullptr);
}

TEST(LiveNews, DoNotGrowWithWhatIsTold) {
  LiveNews news;
  for (int k = 0; k < 1000; ++k) {
    news.told("warn", "\xff not UTF-8");
    news.changed("takes");
  }
  const Json all = Json::parse(news.take(1));
  EXPECT_EQ(all["told"].size(), 32U);
  EXPECT_EQ(all["changed"], Json::parse(R"(["takes"])"));
}

}  // namespace
}  // namespace imps::test
