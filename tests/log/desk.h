// A log writer on a desk: turned by hand, with a disk and a clock that a test moves.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "log/pump.h"
#include "log/reader.h"
#include "tests/log/fake_disk.h"

namespace imps::test {

inline constexpr Duration ms{1'000};

/// 2026-02-03T20:15:30.000000, an hour east of Greenwich.
inline WallTime evening() { return {parse_time("2026-02-03T20:15:30")->local_us, 60}; }

class Desk {
 public:
  explicit Desk(LogOptions options = {})
      : options_(with_defaults(std::move(options))),
        queue_(options_.queue_bytes),
        pump_(options_, disk_, queue_) {}

  FakeDisk& disk() { return *disk_; }
  LogPump& pump() { return pump_; }
  RecordQueue& queue() { return queue_; }
  TimePoint now{};

  bool row(std::vector<double> controls, Voice voice = Voice::performer) {
    return queue_.push_row(now, voice, controls);
  }
  bool event(std::string_view name, double number = 0, std::string_view text = {}) {
    return queue_.push_event(now, name, number, text);
  }

  /// Time passes, and the writer does what it wants done meanwhile.
  void pass(Duration time = 20 * ms) {
    const TimePoint until = now + time;
    turn();
    for (int turns = 0; wake_ && *wake_ <= until; ++turns) {
      if (turns > 1000) throw std::runtime_error("the pump does not come to rest");
      now = std::max(now, *wake_);
      turn();
    }
    now = until;
  }

  /// The end of the take; everything that can still be done is done.
  void close() {
    pump_.close(now);
    for (int turns = 0; !finished_; ++turns) {
      if (turns > 1000) throw std::runtime_error("the pump does not end");
      turn();
    }
  }

  /// Files of the take, found by what the log is called.
  [[nodiscard]] std::filesystem::path base(int number = 1) const {
    return options_.folder / take_name(options_.start.local_us, number, options_.dimension);
  }
  [[nodiscard]] std::string log() const { return disk_->text(base().string() + ".log"); }
  [[nodiscard]] std::string events() const {
    return disk_->text(base().string() + ".events.jsonl");
  }
  [[nodiscard]] std::string session() const {
    return disk_->text(base().string() + ".session.json");
  }

  /// The kinds of the notices since last asked.
  std::vector<LogNotice::Kind> told() {
    std::vector<LogNotice::Kind> kinds;
    for (const auto& notice : pump_.take_notices())
      kinds.push_back(notice.kind);
    return kinds;
  }

 private:
  static LogOptions with_defaults(LogOptions options) {
    if (options.dimension == 0) options.dimension = 3;
    if (options.start == WallTime{}) options.start = evening();
    if (options.program.empty()) options.program = "1.2.3";
    return options;
  }

  void turn() {
    for (;;) {
      const auto turn = pump_.turn(now);
      wake_ = turn.wake;
      finished_ = turn.finished;
      const auto chore = pump_.take_chore();
      if (!chore) return;
      pump_.chore_done(carry_out(*disk_, *chore));
    }
  }

  LogOptions options_;
  std::shared_ptr<FakeDisk> disk_ = std::make_shared<FakeDisk>();
  RecordQueue queue_;
  LogPump pump_;
  std::optional<TimePoint> wake_;
  bool finished_ = false;
};

}  // namespace imps::test
