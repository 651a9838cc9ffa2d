// Sessions recorded from real sockets happen again bit for bit; and what was tampered with shows.
#include "session/verify.h"

#include <algorithm>
#include <fstream>

#include <gmock/gmock.h>

#include "log/wall_time.h"
#include "tests/session/live.h"
#include "tests/support/folder.h"

namespace imps::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::AnyOf;
using ::testing::HasSubstr;

fs::path kept_model(const char* name) {
  return fs::path(IMPS_SOURCE_DIR) / "tests/model/files/data" / name;
}

/// A performer who moves, rests now and then so that the model gets its word in, and turns knobs.
class Session {
 public:
  explicit Session(LiveOptions options) {
    options.logs = folder_.path() / "logs";
    options.dimension = 3;
    live_ = std::make_unique<Live>(musician_, std::move(options));
  }

  void play(int frames) {
    for (int i = 0; i < frames; ++i, ++played_) {
      musician_.play({static_cast<float>(played_ * 37 % 128) / 127,
                      static_cast<float>(played_ * 11 % 64) / 63},
                     live_->port());
      // The pace is whatever comes back: nobody sleeps.
      musician_.hear("/prediction", std::chrono::milliseconds(1 + i % 3));
    }
  }
  /// All in one datagram, so that they come in one turn of the loop.
  void burst(int frames) {
    std::vector<Packet> messages;
    for (int i = 0; i < frames; ++i, ++played_)
      messages.push_back(floats("/interface", {static_cast<float>(played_ % 128) / 127, 0.5F}));
    musician_.send(bundle(kImmediately, messages), live_->port());
  }
  /// Until the model has answered so often, or it is clear that it does not.
  void rest(int answers) {
    while (answers-- > 0 && musician_.hear("/prediction", 300ms)) {
    }
  }
  void command(const std::string& word, float number) {
    musician_.send(floats("/imps/" + word, {number}), live_->port());
  }
  void command(const std::string& word, const char* text) {
    musician_.send(text_message("/imps/" + word, text), live_->port());
  }
  void take_model(const fs::path& path) {
    const auto model = load_model(path, 3);
    ASSERT_TRUE(model) << model.error().message;
    live_->send(TakeModel{
        .model = model->model, .name = model->name, .digest = model->digest, .step = model->step});
    ASSERT_TRUE(live_->told<ModelReturned>());
  }

  /// The take's log.
  fs::path end() {
    report_ = live_->finish();
    return live_->log();
  }
  [[nodiscard]] const Report& report() const { return report_; }
  [[nodiscard]] const Folder& folder() const { return folder_; }

 private:
  Folder folder_;
  Musician musician_;
  std::unique_ptr<Live> live_;
  int played_ = 0;
  Report report_;
};

LiveOptions options(Mode mode) {
  LiveOptions one;
  one.settings.interaction.mode = mode;
  one.settings.interaction.threshold = 10ms;
  one.settings.interaction.max_rest = 20ms;
  one.settings.model.temperatures.sigma = 0.1;
  one.seed = 12345;
  return one;
}

void expect_repeats(const Session& session, const fs::path& log) {
  const auto verdict = verify({.log = log, .models = "no-such-folder"});
  ASSERT_TRUE(verdict) << verdict.error().message;
  EXPECT_FALSE(verdict->difference) << *verdict->difference;
  EXPECT_EQ(verdict->warning, "");
  EXPECT_EQ(verdict->performer_rows, session.report().performer.frames);
  EXPECT_LE(verdict->predictions, session.report().performer.predictions) << "the muted have none";
}

struct Way {
  Mode mode;
  bool shared = false;
};
class Verify : public ::testing::TestWithParam<Way> {};

TEST_P(Verify, ASessionWithLiveCommandsHappensAgainBitForBit) {
  LiveOptions asked = options(GetParam().mode);
  asked.settings.interaction.shared_hands = GetParam().shared;
  asked.settings.interaction.release = 5ms;
  asked.settings.interaction.glide = 8ms;
  asked.settings.interaction.pick_up = {2};
  Session session(asked);
  const bool silent = GetParam().mode == Mode::user_only;
  session.play(20);
  session.rest(silent ? 1 : 10);
  session.command("sigmatemp", 0.5F);
  session.command("pitemp", 2);
  session.command("surprise", 0.75F);
  session.command("tempo", 300);
  session.command("tap", 1);
  session.command("tap", 1);
  session.play(10);
  session.rest(silent ? 1 : 5);
  session.command("timescale", 0.5F);
  session.command("threshold", 0.003F);
  session.play(10);
  session.rest(silent ? 1 : 5);
  session.command("mute", 1);
  session.play(5);
  session.rest(1);
  session.command("mute", 0.0F);
  session.command("seed", 77);
  session.play(5);
  session.rest(silent ? 1 : 5);
  session.take_model(kept_model("dim3-layers3-units9-mixtures3.safetensors"));
  session.play(5);
  session.rest(silent ? 1 : 5);
  session.command("pause", 1);
  session.play(5);
  session.command("pause", 0.0F);
  session.command("reset", 0.0F);
  session.play(5);
  session.rest(silent ? 1 : 3);
  session.command("panic", 0.0F);
  session.play(5);
  session.rest(silent ? 1 : 3);
  for (const char* const mode : {"battle", "polyphony", "callresponse", "useronly"}) {
    session.command("mode", mode);
    session.play(5);
    session.rest(std::string(mode) == "useronly" ? 1 : 5);
  }
  const fs::path log = session.end();
  expect_repeats(session, log);
  EXPECT_GT(session.report().performer.predictions, 10U);
}

INSTANTIATE_TEST_SUITE_P(Modes, Verify,
                         ::testing::Values(Way{Mode::call_response}, Way{Mode::polyphony},
                                           Way{Mode::battle}, Way{Mode::user_only}, Way{Mode::duet},
                                           Way{Mode::call_response, true},
                                           Way{Mode::polyphony, true}, Way{Mode::battle, true}),
                         [](const auto& one) {
                           return std::string(name(one.param.mode)) +
                                  (one.param.shared ? "_shared" : "");
                         });

TEST(Verify, AWarmedSessionHappensAgainWithTheSameMemoryAndNotWithAnother) {
  for (const Mode mode : {Mode::call_response, Mode::polyphony, Mode::battle}) {
    Session before(options(mode));
    before.play(20);
    before.rest(5);
    LiveOptions warmed = options(mode);
    const auto warmth = read_warmth(before.end(), 3, warmed.settings);
    ASSERT_TRUE(warmth) << warmth.error().message;
    EXPECT_GT(warmth->frames.size(), 5U);
    warmed.warmth = *warmth;
    warmed.settings.interaction.start_now = true;
    Session session(warmed);
    session.play(10);
    session.rest(5);
    const fs::path log = session.end();
    expect_repeats(session, log);

    fs::path file = log;
    file.replace_extension(".session.json");
    std::string text = read_text(file);
    const auto warm = text.find("\"warm\"");
    ASSERT_NE(warm, std::string::npos);
    text.replace(warm, 6, "\"cold\"");
    std::ofstream(file, std::ios::trunc) << text;
    const auto verdict = verify({.log = log, .models = "no-such-folder"});
    ASSERT_TRUE(verdict) << verdict.error().message;
    EXPECT_TRUE(verdict->difference) << "a memory that begins empty predicts something else";
  }
}

TEST(Verify, ASessionInWhichTheModelCouldNotKeepUpHappensAgainToo) {
  LiveOptions slow = options(Mode::polyphony);
  slow.model = built_in_model(3);
  slow.model->step = 1s;  // so that one frame of each turn is heard
  Session session(slow);
  for (int i = 0; i < 20; ++i) {
    session.burst(50);
    session.rest(1);
  }
  session.rest(20);
  const fs::path log = session.end();
  EXPECT_GT(session.report().performer.unheard, 0U);
  expect_repeats(session, log);
}

/// One recorded session, copied for each test that damages it.
class VerifyOfADamagedSession : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    session_ = std::make_unique<Session>(options(Mode::call_response));
    session_->play(20);
    session_->rest(10);
    session_->command("sigmatemp", 0.5F);
    session_->play(10);
    session_->rest(10);
    session_->play(3);
    original_ = session_->end();
  }
  static void TearDownTestSuite() { session_.reset(); }

  VerifyOfADamagedSession() {
    for (const char* const ending : {".log", ".events.jsonl", ".session.json"}) {
      fs::path from = original_;
      from.replace_extension(ending);
      fs::copy_file(from, folder_.path() / from.filename());
    }
    log_ = folder_.path() / original_.filename();
  }

  [[nodiscard]] fs::path file(const char* ending) const {
    fs::path path = log_;
    return path.replace_extension(ending);
  }
  static std::vector<std::string> lines(const fs::path& path) {
    std::vector<std::string> all;
    std::ifstream text(path);
    for (std::string line; std::getline(text, line);)
      all.push_back(line);
    return all;
  }
  static void write(const fs::path& path, const std::vector<std::string>& lines) {
    std::ofstream text(path, std::ios::trunc);
    for (const std::string& line : lines)
      text << line << '\n';
  }
  /// The `n`th line with `part` in it is changed by `edit`, or taken out when that gives "".
  template <class Edit>
  void change(const char* ending, const std::string& part, int n, Edit&& edit) {
    auto all = lines(file(ending));
    for (auto line = all.begin(); line != all.end(); ++line) {
      if (line->find(part) == std::string::npos || n-- > 0) continue;
      const std::string changed = edit(*line);
      if (changed.empty()) {
        all.erase(line);
      } else {
        *line = changed;
      }
      write(file(ending), all);
      return;
    }
    FAIL() << "no line with " << part;
  }
  [[nodiscard]] std::string difference() const {
    const auto verdict = verify({.log = log_, .models = "no-such-folder"});
    if (!verdict) return "error: " + verdict.error().message;
    return verdict->difference.value_or("");
  }
  static std::string nothing(const std::string&) { return ""; }

  static std::unique_ptr<Session> session_;
  static fs::path original_;
  Folder folder_;
  fs::path log_;
};
std::unique_ptr<Session> VerifyOfADamagedSession::session_;
fs::path VerifyOfADamagedSession::original_;

TEST_F(VerifyOfADamagedSession, IsTheSameWhenItIsNotDamaged) { EXPECT_EQ(difference(), ""); }

TEST_F(VerifyOfADamagedSession, ShowsOneChangedDigitOfAPrediction) {
  change(".log", ",rnn,", 3, [](std::string line) {
    // The last digit but one: no other double's shortest form.
    char& digit = line[line.size() - 2];
    digit = digit == '5' ? '6' : '5';
    return line;
  });
  EXPECT_THAT(difference(), HasSubstr("prediction 3"));
}

TEST_F(VerifyOfADamagedSession, ShowsOneChangedControlOfThePerformer) {
  change(".log", ",interface,", 5,
         [](const std::string& line) { return line.substr(0, line.rfind(',')) + ",0.123"; });
  EXPECT_THAT(difference(), HasSubstr("prediction"));
}

TEST_F(VerifyOfADamagedSession, ShowsThatTheModelAnsweredTooEarly) {
  // The last frame before the first answer, as if it had come 5 ms later.
  change(".log", ",interface,", 19, [](const std::string& line) {
    const auto time = parse_time(line.substr(0, line.find(',')));
    return iso_text(time->local_us + 5'000) + line.substr(line.find(','));
  });
  // Which is looked at first depends on how soon the first answer came; on a slow machine one may
  // have come before this frame, which took the voice back then.
  EXPECT_THAT(difference(), AnyOf(HasSubstr("the model takes the voice"),
                                  HasSubstr("the log has the performer takes the voice"),
                                  HasSubstr("the log has a prediction, and nothing happens")));
}

TEST_F(VerifyOfADamagedSession, ShowsAMissingRow) {
  const auto whole = lines(log_);
  for (const char* const who : {",rnn,", ",interface,"}) {
    write(log_, whole);
    change(".log", who, 4, nothing);
    EXPECT_NE(difference(), "") << who;
  }
}

TEST_F(VerifyOfADamagedSession, ShowsAMissingEvent) {
  const auto whole = lines(file(".events.jsonl"));
  for (const char* const what : {"\"sigmatemp\"", "\"hand_over\""}) {
    write(file(".events.jsonl"), whole);
    change(".events.jsonl", what, 0, nothing);
    EXPECT_NE(difference(), "") << what;
  }
}

TEST_F(VerifyOfADamagedSession, ShowsAnotherSeed) {
  change(".session.json", "12345", 0,
         [](std::string line) { return line.replace(line.find("12345"), 5, "12346"); });
  EXPECT_NE(difference(), "");
}

TEST_F(VerifyOfADamagedSession, IsAnErrorWithTheNameOfTheFileThatIsMissing) {
  for (const char* const ending : {".session.json", ".events.jsonl", ".log"}) {
    const fs::path path = file(ending);
    const auto whole = lines(path);
    fs::remove(path);
    EXPECT_THAT(difference(), HasSubstr("error: ")) << ending;
    EXPECT_THAT(difference(), HasSubstr(path.filename().string())) << ending;
    write(path, whole);
  }
}

TEST_F(VerifyOfADamagedSession, IsAnErrorWhenItsModelIsNowhere) {
  change(".session.json", "built-in-", 0,
         [](std::string line) { return line.replace(line.find("built-in-"), 9, "elsewhere-"); });
  EXPECT_THAT(difference(), HasSubstr("error: the model that played"));
}

TEST_F(VerifyOfADamagedSession, CutAtAnyByteNeverShowsADifferenceBeforeTheCut) {
  std::ifstream file_in(log_, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(file_in)), {});
  const std::size_t step = kSanitized ? 397 : 61;
  for (std::size_t cut = 0; cut < whole.size(); cut += step) {
    std::ofstream(log_, std::ios::binary | std::ios::trunc) << whole.substr(0, cut);
    const auto verdict = verify({.log = log_, .models = "no-such-folder"});
    ASSERT_TRUE(verdict) << verdict.error().message;
    EXPECT_FALSE(verdict->difference) << "cut at " << cut << ": " << *verdict->difference;
    const std::string kept = whole.substr(0, cut);
    const auto rows = static_cast<std::uint64_t>(std::count(kept.begin(), kept.end(), '\n'));
    EXPECT_EQ(verdict->performer_rows + verdict->predictions, rows) << "cut at " << cut;
    EXPECT_NE(verdict->warning, "") << "and it says that something is missing";
  }
}

}  // namespace
}  // namespace imps::test
