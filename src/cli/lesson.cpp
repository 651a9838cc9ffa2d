#include "cli/lesson.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "config/check.h"
#include "interface/midi/learnt_config.h"
#include "interface/midi/open_inputs.h"

namespace imps::cli {
namespace {

constexpr auto kLookEvery = std::chrono::milliseconds(500);

std::atomic<bool> interrupted{false};
constexpr unsigned kEndsWithin = 3;  // seconds, once it is interrupted

/// Standard input, by lines.
class Lines {
 public:
  [[nodiscard]] bool has_ended() const { return ended_; }
  /// What has come so far; to be called when there is something.
  void read() {
    std::array<char, 1024> bytes;
    const auto size = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (size > 0) text_.append(bytes.data(), static_cast<std::size_t>(size));
    if (size == 0 || (size < 0 && errno != EINTR && errno != EAGAIN)) ended_ = true;
  }
  std::optional<std::string> next() {
    const std::size_t end = text_.find('\n');
    if (end == std::string::npos) return std::nullopt;
    std::string line = text_.substr(0, end);
    text_.erase(0, end + 1);
    if (line.ends_with('\r')) line.pop_back();
    return line;
  }

 private:
  std::string text_;
  bool ended_ = false;
};
Lines& lines() {
  static Lines all;
  return all;
}

TimePoint now() {
  return TimePoint{
      std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())};
}

std::string which(std::size_t place) {
  constexpr std::array kWords{"first", "second",  "third",  "fourth", "fifth",
                              "sixth", "seventh", "eighth", "ninth",  "tenth"};
  return place < kWords.size() ? kWords[place] : "next";
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

class Lesson {
 public:
  Lesson(MidiSystem& system, const LessonOptions& options, Console& console)
      : system_(system),
        options_(options),
        console_(console),
        inputs_(system, options.inputs, options.configured) {}

  Result<Learnt> run() {
    for (const int signal : {SIGINT, SIGTERM})
      std::signal(signal, [](int) {
        interrupted = true;
        ::alarm(kEndsWithin);  // a JACK server that hangs holds whoever asks it something
      });
    if (auto opened = look(true); !opened) return opened.error();
    if (inputs_.empty()) console_.tell("no MIDI input is there yet: plug one in");
    prompt();
    while (!done_ && !is_broken_off()) {
      wait();
      hear();
      read();
      if (now() < look_again_) continue;
      if (auto there = look(false); !there) return there.error();
    }
    // Also when the end of input came with it.
    if (is_broken_off()) return Error{"broken off"};
    if (learner_.controls().empty()) return Error{"no control was moved"};
    return Learnt{.controls = learner_.controls(), .names = names_};
  }

 private:
  [[nodiscard]] bool is_broken_off() const { return interrupted || console_.is_gone(); }

  /// Opens what is there and wanted, and lets go what is gone.
  Result<void> look(bool first) {
    look_again_ = now() + kLookEvery;
    if (!system_.is_there()) return Error{fmt::format("{}'s MIDI has ended", system_.name())};
    const OpenInputs::News news = inputs_.look();
    if (first && !inputs_.missing().empty()) {
      const std::vector<std::string> there = system_.ports().inputs;
      return Error{fmt::format("no MIDI input has \"{}\" in its name: {}", inputs_.missing(),
                               there.empty() ? "there is none" : "there is " + joined(there))};
    }
    for (const std::string& device : news.gone)
      console_.tell(fmt::format("{} is gone", device));
    for (const std::string& why : news.refused)
      console_.warn(why);
    if (!news.opened.empty())
      console_.tell(fmt::format("hearing {} ({})", joined(news.opened), system_.name()));
    return {};
  }

  /// Until something comes, or is due.
  void wait() {
    const bool reads = !lines().has_ended();
    std::array<pollfd, 2> descriptors{
        {{.fd = inputs_.fd(), .events = POLLIN, .revents = 0},
         {.fd = reads ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0}}};
    TimePoint until = look_again_;
    if (const auto next = learner_.next(now())) until = std::min(until, *next);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now());
    const int patience = static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    if (::poll(descriptors.data(), static_cast<nfds_t>(descriptors.size()), patience) <= 0) return;
    if (descriptors.back().revents != 0) lines().read();
  }

  void hear() {
    inputs_.drain([this](std::string_view device, const MidiMessage& message) {
      // While a name is typed, what moves is an elbow.
      if (!is_naming_) learner_.hear(device, message, now());
    });
    while (!is_naming_ && !done_) {
      const auto news = learner_.advance(now());
      if (!news) break;
      tell(*news);
    }
    if (is_naming_ || done_ || !console_.has_status()) return;
    if (const auto heard = learner_.hearing()) {
      const std::string words =
          fmt::format("  {} of {}: {}", to_text(heard->mapping), heard->device, heard->raw);
      if (words != shown_) console_.status(words);
      shown_ = words;
    }
  }

  void tell(const MidiLearner::News& news) {
    const std::string words =
        fmt::format("{} of {}", to_text(mapping_of(news.heard, false)), news.heard.device);
    switch (news.kind) {
      case MidiLearner::News::Kind::learnt: {
        const HeardControl& heard = news.heard;
        const MidiMapping mapping = mapping_of(heard, options_.narrow);
        console_.tell(fmt::format("control {}: {} ({}-{})", news.control + 1, words, mapping.least,
                                  mapping.most));
        if (options_.asks_names) {
          is_naming_ = true;
          console_.tell(fmt::format("What is it called? [{}]", to_text(heard.mapping)));
        } else {
          go_on();
        }
        break;
      }
      case MidiLearner::News::Kind::again:
        console_.tell(fmt::format("that is control {} already ({})", news.control + 1, words));
        break;
      case MidiLearner::News::Kind::steps:
        console_.tell(fmt::format(
            "{} sends steps, not positions, and is passed over: set it to absolute values on the "
            "controller itself",
            words));
        break;
    }
  }

  void read() {
    while (!done_) {
      const auto line = lines().next();
      if (!line) break;
      take(*line);
    }
    // A script that says how many has no more to say.
    if (lines().has_ended() && !done_) {
      if (is_naming_) take("");
      if (options_.most == 0) done_ = true;
    }
  }

  void take(const std::string& line) {
    if (is_naming_) {
      is_naming_ = false;
      names_.push_back(line.empty() ? to_text(learner_.controls().back().mapping) : line);
      go_on();
    } else if (line.empty() && learner_.controls().empty()) {
      console_.tell("nothing has been moved yet; Ctrl-C ends without");
    } else if (line.empty()) {
      done_ = true;
    } else if (line == "u" || line == "U") {
      const std::size_t last = learner_.controls().size();
      const bool undone = learner_.undo();
      if (undone && !names_.empty()) names_.pop_back();
      console_.tell(undone ? fmt::format("control {} is forgotten", last)
                           : "there is none to forget");
      prompt();
    } else {
      console_.tell("Enter finishes, u and Enter forgets the last control, Ctrl-C ends without");
    }
  }

  void go_on() {
    const std::size_t count = learner_.controls().size();
    done_ = count == options_.most || count == static_cast<std::size_t>(kMaxControls);
    if (!done_) prompt();
  }

  void prompt() {
    const std::size_t place = learner_.controls().size();
    console_.tell(fmt::format(
        "Move your {} control{}{}", which(place),
        options_.narrow ? ", from one end to the other" : "",
        place == 0 ? "." : ", or press Enter to finish (u and Enter forgets the last)."));
    shown_.clear();
  }

  MidiSystem& system_;
  const LessonOptions& options_;
  Console& console_;
  MidiLearner learner_;
  OpenInputs inputs_;
  std::vector<std::string> names_;
  std::string shown_;
  TimePoint look_again_;
  bool is_naming_ = false;
  bool done_ = false;
};

}  // namespace

Result<Learnt> learn(MidiSystem& system, const LessonOptions& options, Console& console) {
  return Lesson(system, options, console).run();
}

std::optional<std::string> ask_line() {
  while (!interrupted) {
    if (auto line = lines().next()) return line;
    if (lines().has_ended()) return std::nullopt;
    lines().read();
  }
  return std::nullopt;
}

}  // namespace imps::cli
