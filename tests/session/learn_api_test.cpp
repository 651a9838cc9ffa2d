// A controller is learnt over the API, from a real JACK server, and stands in the file.
#include "session/learn_api.h"

#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "config/read.h"
#include "tests/session/jack.h"
#include "tests/session/musician.h"
#include "tests/support/folder.h"

namespace imps::test {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = MidiMessage::Kind;

class LearnOverTheApi : public ::testing::Test {
 protected:
  ApiReply ask(const std::string& method, std::vector<std::string> path = {},
               const std::string& body = {}) {
    return learn_.answer({.method = method, .path = std::move(path), .query = {}, .body = body},
                         midi_, file_);
  }
  json state() { return json::parse(ask("GET").body); }
  std::string content() const {
    std::ifstream file(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// Asks until it holds.
  bool comes(const std::function<bool(const json&)>& holds,
             std::chrono::milliseconds wait = kWait) {
    const auto late = std::chrono::steady_clock::now() + wait;
    while (std::chrono::steady_clock::now() < late)
      if (holds(state())) return true;
    return false;
  }

  Folder folder_;
  std::filesystem::path file_ = folder_.path() / "imps.toml";
  MidiSettings midi_{.api = "jack"};
  LearnApi learn_;
};

TEST_F(LearnOverTheApi, NothingRunsBeforeItIsAskedFor) {
  EXPECT_EQ(state()["running"], false);
  EXPECT_EQ(ask("DELETE").status, 200U);
  EXPECT_EQ(ask("POST", {"undo"}).status, 409U);
  EXPECT_EQ(ask("POST", {"keep"}).status, 409U);
  EXPECT_EQ(ask("PUT").status, 405U);
  EXPECT_EQ(ask("GET", {"keep"}).status, 405U);
  EXPECT_EQ(ask("POST", {"more"}).status, 404U);
  EXPECT_EQ(ask("POST", {"keep", "more"}).status, 404U);
}

TEST_F(LearnOverTheApi, SaysThatThereIsNoMidi) {
  midi_.api = "core";
#if defined(__APPLE__)
  GTEST_SKIP() << "there is CoreMIDI on this system";
#endif
  EXPECT_EQ(ask("POST").status, 201U);
  ASSERT_TRUE(comes([](const json& now) { return now["running"] == false; }));
  EXPECT_THAT(state()["error"].get<std::string>(), HasSubstr("no MIDI here"));
  const ApiReply kept = ask("POST", {"keep"});
  EXPECT_EQ(kept.status, 409U);
  EXPECT_FALSE(std::filesystem::exists(file_));
}

class LearnOverJack : public LearnOverTheApi {
 protected:
  void SetUp() override {
    IMPS_NEEDS_JACK();
    jack_.emplace(Jack::Patience::goes_on);
    system_ = jack_->connect();
    ASSERT_TRUE(system_);
    knobs_ = *system_->open_output("virtual:Knobs");
    std::ofstream(file_, std::ios::binary)
        << "# The stage.\n[model]\nsize = \"s\"  # small\n\n[midi]\napi = \"jack\"\n";
  }
  void TearDown() override {
    ask("DELETE");
    knobs_.reset();
    system_.reset();
    jack_.reset();
  }
  bool turns(int number, std::size_t controls) {
    // Again if need be: a part of it may have been missed.
    for (int times = 0; times < 10; ++times) {
      for (int value = 0; value < 128; value += 8)
        knobs_->send(MidiMessage::of(Kind::control_change, 1, number, value));
      if (comes([&](const json& now) { return now["controls"].size() == controls; },
                std::chrono::seconds(3)))
        return true;
    }
    return false;
  }

  std::optional<Jack> jack_;
  std::unique_ptr<MidiSystem> system_;
  std::unique_ptr<MidiOutput> knobs_;
};

TEST_F(LearnOverJack, WritesWhatWasMovedAndKeepsTheRest) {
  EXPECT_EQ(ask("POST").status, 201U);
  ASSERT_TRUE(comes([](const json& now) { return now["devices"] == json{"Knobs"}; }));
  ASSERT_TRUE(turns(7, 1)) << state().dump();
  ASSERT_TRUE(turns(1, 2)) << state().dump();
  EXPECT_EQ(state()["latest"]["kind"], "learnt");
  EXPECT_EQ(ask("POST", {"undo"}).status, 200U);
  EXPECT_EQ(state()["controls"].size(), 1U);
  ASSERT_TRUE(turns(2, 2)) << state().dump();
  EXPECT_EQ(ask("POST", {"keep"}, R"({"ranges": 1})").status, 400U);
  EXPECT_EQ(ask("POST", {"keep"}, "rubbish").status, 400U);

  const ApiReply kept = ask("POST", {"keep"}, "{}");
  EXPECT_EQ(kept.status, 200U) << kept.body;
  EXPECT_FALSE(json::parse(kept.body)["besides"].is_null());
  const std::string text = content();
  EXPECT_THAT(text, HasSubstr("# The stage."));
  EXPECT_THAT(text, HasSubstr("size = \"s\"  # small"));
  const ConfigRead config = read_config(text, "imps.toml");
  ASSERT_TRUE(config.ok());
  EXPECT_THAT(config.settings.midi.inputs, ElementsAre("Knobs"));
  EXPECT_THAT(text, HasSubstr("\"control_change 1 7\", \"control_change 1 2\""));
  EXPECT_EQ(state()["running"], false) << "it is over";
}

TEST_F(LearnOverJack, ABrokenFileIsNotTouched) {
  std::ofstream(file_, std::ios::binary) << "[midi\n";
  ASSERT_EQ(ask("POST").status, 201U);
  ASSERT_TRUE(comes([](const json& now) { return !now["devices"].empty(); }));
  ASSERT_TRUE(turns(7, 1)) << state().dump();
  EXPECT_EQ(ask("POST", {"keep"}, "{}").status, 422U);
  EXPECT_EQ(content(), "[midi\n");
  EXPECT_EQ(state()["controls"].size(), 1U) << "what was learnt is not lost";
}

TEST_F(LearnOverJack, EndsWhenNobodyAsksAnyMore) {
  MidiLesson lesson({.api = "jack", .configured = {}, .patience = std::chrono::milliseconds(1)});
  const auto late = std::chrono::steady_clock::now() + kWait;
  while (lesson.runs() && std::chrono::steady_clock::now() < late) {
  }
  EXPECT_FALSE(lesson.runs());
}

}  // namespace
}  // namespace imps::test
