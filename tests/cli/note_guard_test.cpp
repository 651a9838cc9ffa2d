// Notes that sound when imps is killed: somebody ends them.
#include <chrono>
#include <csignal>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/sanitizer.h"
#include "tests/cli/processes.h"
#include "tests/cli/program.h"
#include "tests/session/jack.h"
#include "tests/session/line_device.h"

namespace imps::test {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Kind = MidiMessage::Kind;

#if defined(__linux__)

class NoteGuardTest : public ::testing::Test {
 protected:
  /// `imps run` with this section of a configuration, whose frames are played on as they come.
  void begin(const std::string& section) {
    folder_.write("imps.toml", "[osc]\nlisten = \"localhost:0\"\noutputs = [\"localhost:" +
                                   std::to_string(musician_.port()) +
                                   "\"]\n[interaction]\nmode = \"useronly\"\ninput_thru = true\n"
                                   "[model]\ndimension = 3\n[log]\nenabled = false\n" +
                                   section);
    run_.emplace(folder_.path(), std::vector<std::string>{"run"}, jack_environment(folder_.path()));
    port_ = run_->port();
    ASSERT_NE(port_, 0) << run_->err();
  }
  bool comes(const std::string& key, std::int64_t wanted) {
    const auto late = Clock::now() + kWait;
    while (Clock::now() < late)
      if (musician_.count(port_, key) == wanted) return true;
    return false;
  }
  /// The process that guards the notes.
  pid_t guard() const {
    // A process that has just begun is not yet called so.
    const auto late = std::chrono::steady_clock::now() + kWait;
    while (std::chrono::steady_clock::now() < late) {
      for (const pid_t child : children_of(run_->pid()))
        if (words_of(child).find("guard-notes") != std::string::npos) return child;
    }
    return 0;
  }

  Folder folder_;
  Musician musician_;
  std::optional<Program> run_;
  std::uint16_t port_ = 0;
};

class NotesOverJack : public NoteGuardTest {
 protected:
  void SetUp() override {
#if defined(IMPS_THREAD_SANITIZER)
    // Before there is a server, which would be long in ending as well.
    const std::string_view test = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    if (test == "AreReleasedWhenImpsIsKilled" ||
        test == "AreReleasedWhenTheServerGoesOnAfterImpsHasEnded")
      GTEST_SKIP() << "a JACK server that waits for clients under the thread sanitizer waits for a "
                      "killed one, too";
#endif
    IMPS_NEEDS_JACK();
    jack_.emplace(Jack::Patience::as_usual);
    system_ = jack_->connect();
    ASSERT_TRUE(system_);
    synth_.emplace(*system_, "Synth");
    begin(
        "[midi]\napi = \"jack\"\nout_device = \"Synth\"\n"
        "output = [\"note_on 2\", \"control_change 5 7\"]\n");
    ASSERT_TRUE(comes("midi_outputs", 1)) << run_->err();
    musician_.play({64.0F / 127.0F, 0.0F}, port_);
    ASSERT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 2, 64, 127)) << run_->err();
    ASSERT_EQ(synth_->hear(), MidiMessage::of(Kind::control_change, 5, 7, 0));
  }
  void TearDown() override {
    if (jack_) jack_->go_on();
    run_.reset();
    synth_.reset();
    system_.reset();
    jack_.reset();
  }

  std::optional<Jack> jack_;
  std::unique_ptr<MidiSystem> system_;
  std::optional<Synth> synth_;
};

TEST_F(NotesOverJack, AreReleasedWhenImpsIsKilled) {
  const pid_t watching = guard();
  ASSERT_NE(watching, 0);
  const auto killed = Clock::now();
  ASSERT_EQ(run_->end(SIGKILL), -SIGKILL);
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_off, 2, 64));
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - killed);
  RecordProperty("released_after_ms", static_cast<int>(took.count()));
#if !defined(IMPS_ADDRESS_SANITIZER)
  EXPECT_LT(took, 3s)
      << "JACK itself forgets a killed client after one; a busy machine has another";
#endif
  for (const int channel : {2, 5}) {
    EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::control_change, channel, 64, 0));
    EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::control_change, channel, 123, 0));
  }
  EXPECT_TRUE(ends(watching));
}

TEST_F(NotesOverJack, AreReleasedOnceAfterAnEndInOrder) {
  const pid_t watching = guard();
  ASSERT_NE(watching, 0);
  ASSERT_EQ(run_->end(SIGTERM), 0) << run_->err();
  EXPECT_TRUE(has_ended(watching)) << "it went first, and was waited for";
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_off, 2, 64));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::control_change, 2, 123, 0)) << "its farewell";
  // And nothing more before somebody else speaks: whatever was sent before has come by then.
  const auto other = system_->open_output(*find_midi_port(system_->ports().outputs, "Synth"));
  ASSERT_TRUE(other);
  ASSERT_TRUE((*other)->send(MidiMessage::of(Kind::control_change, 1, 1, 1)));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::control_change, 1, 1, 1));
}

TEST_F(NotesOverJack, AreReleasedWhenTheServerGoesOnAfterImpsHasEnded) {
  const pid_t watching = guard();
  ASSERT_NE(watching, 0);
  jack_->hold();
  ASSERT_EQ(run_->end(SIGTERM), 0) << run_->err();
  EXPECT_FALSE(has_ended(watching)) << "there is something left to do";
  jack_->go_on();
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_off, 2, 64));
  EXPECT_TRUE(ends(watching));
}

TEST_F(NotesOverJack, AreGuardedByAProcessThatHoldsNothingAndThatNobodysCtrlCReaches) {
  const pid_t watching = guard();
  ASSERT_NE(watching, 0);
  EXPECT_EQ(::getpgid(watching), watching) << "a group of its own";
  EXPECT_THAT(open_files_of(watching), SizeIs(3)) << "the lifeline, the table, and no words";
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    ::kill(watching, signal);
  ASSERT_TRUE(musician_.is_answered(port_));
  EXPECT_EQ(guard(), watching);
  EXPECT_FALSE(has_ended(watching));
  EXPECT_EQ(run_->end(SIGINT), 0);
  EXPECT_TRUE(has_ended(watching));
}

/// A line, held open as by a program that takes its turns.
class OtherEnd {
 public:
  explicit OtherEnd(const fs::path& line)
      : fd_(::open(line.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC)) {}
  ~OtherEnd() { ::close(fd_); }
  OtherEnd(const OtherEnd&) = delete;
  OtherEnd& operator=(const OtherEnd&) = delete;
  void give_back() const { ::ioctl(fd_, TIOCNXCL); }
  void say(std::string_view bytes) const {
    ASSERT_EQ(::write(fd_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }

 private:
  int fd_;
};

class NotesOverALine : public NoteGuardTest {
 protected:
  void begin_with_line() {
    begin("[serialmidi]\nport = \"" + (folder_ / "line").string() +
          "\"\noutput = [\"note_on 1\", \"control_change 1 7\"]\n");
    ASSERT_TRUE(comes("serialmidi_connected", 1)) << run_->err();
    musician_.play({64.0F / 127.0F, 0.0F}, port_);
    ASSERT_EQ(device_.hear(6), std::string("\x90\x40\x7f\xb0\x07\x00", 6));
  }

  LineDevice device_{folder_ / "line"};
  const std::string released_{"\x80\x40\x00\xb0\x40\x00\xb0\x7b\x00", 9};
};

TEST_F(NotesOverALine, AreReleasedWhenImpsIsKilled) {
  // A line is lent to one program at a time; a real one is given back with that program's end, a
  // pseudo-terminal only when it is told so.
  const OtherEnd line(folder_ / "line");
  begin_with_line();
  const pid_t watching = guard();
  ASSERT_NE(watching, 0);
  const auto killed = Clock::now();
  ASSERT_EQ(run_->end(SIGKILL), -SIGKILL);
  line.give_back();
  EXPECT_EQ(device_.hear(released_.size()), released_);
  RecordProperty(
      "released_after_ms",
      static_cast<int>(
          std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - killed).count()));
  EXPECT_TRUE(ends(watching));
}

TEST_F(NotesOverALine, AreGuardedAnewWhenTheGuardIsKilled) {
  const OtherEnd line(folder_ / "line");
  begin_with_line();
  const pid_t first = guard();
  ASSERT_NE(first, 0);
  ASSERT_EQ(::kill(first, SIGKILL), 0);
  ASSERT_TRUE(run_->says("started anew")) << run_->err();
  const pid_t second = guard();
  ASSERT_NE(second, 0);
  EXPECT_NE(second, first);
  ASSERT_EQ(run_->end(SIGKILL), -SIGKILL);
  line.give_back();
  EXPECT_EQ(device_.hear(released_.size()), released_);
  EXPECT_TRUE(ends(second));
}

TEST_F(NotesOverALine, AreReleasedWhenItComesBack) {
  begin_with_line();
  run_->signal(SIGSTOP);  // so that it does not see the plug being pulled
  int status = 0;
  ASSERT_EQ(::waitpid(run_->pid(), &status, WUNTRACED), run_->pid());
  ASSERT_TRUE(WIFSTOPPED(status));
  const pid_t watching = guard();
  device_.unplug();
  ASSERT_EQ(run_->end(SIGKILL), -SIGKILL);
  ASSERT_FALSE(has_ended(watching)) << "it looks for the line";
  device_.plug_in();
  const OtherEnd line(folder_ / "line");
  EXPECT_EQ(device_.hear(released_.size()), released_);
  EXPECT_TRUE(ends(watching));
}

TEST_F(NotesOverALine, AreReleasedOnceAfterAnEndInOrder) {
  const OtherEnd line(folder_ / "line");
  begin_with_line();
  const pid_t watching = guard();
  ASSERT_NE(watching, 0);
  ASSERT_EQ(run_->end(SIGTERM), 0) << run_->err();
  EXPECT_TRUE(has_ended(watching));
  line.say("end");
  const std::string farewell("\x80\x40\x00\xb0\x7b\x00", 6);
  EXPECT_EQ(device_.hear(9), farewell + "end") << "and nothing between";
}

TEST_F(NoteGuardTest, NobodyGuardsWhereThereAreNoNotes) {
  begin("");
  ASSERT_TRUE(musician_.is_answered(port_));
  EXPECT_THAT(children_of(run_->pid()), IsEmpty());
  EXPECT_EQ(run_->end(SIGTERM), 0);
}

TEST_F(NoteGuardTest, PortsOfOurOwnMakingEndWithUs) {
  begin("[midi]\nout_device = \"virtual:imps\"\noutput = [\"note_on 1\"]\n");
  ASSERT_TRUE(musician_.is_answered(port_));
  EXPECT_THAT(children_of(run_->pid()), IsEmpty());
  EXPECT_EQ(run_->end(SIGTERM), 0);
}

#endif  // __linux__: where processes can be looked at

TEST(GuardNotes, IsNotForPeople) {
  Folder folder;
  const Outcome by_hand = imps(folder.path(), {"guard-notes"});
  EXPECT_EQ(by_hand.status, 2);
  EXPECT_THAT(by_hand.err, StartsWith("imps: "));
  EXPECT_EQ(imps(folder.path(), {"help"}).out.find("guard-notes"), std::string::npos);
  EXPECT_EQ(imps(folder.path(), {"help", "--man"}).out.find("guard-notes"), std::string::npos);
}

}  // namespace
}  // namespace imps::test
