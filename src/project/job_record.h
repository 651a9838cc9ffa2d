// What is known of a job: what it has been told to do, and what it has said so far.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/worker.h"
#include "project/job_command.h"
#include "project/reply.h"

namespace imps::project {

/// However much a job says, of it only so much is kept.
struct JobBounds {
  static constexpr std::size_t kLines = 500;         ///< the last ones
  static constexpr std::size_t kLineBytes = 400;     ///< of each
  static constexpr std::size_t kCurvePoints = 2000;  ///< more are thinned
  static constexpr std::size_t kResultBytes = std::size_t{1} << 20;
};

/// Reads what `imps KIND --json` writes. Not thread-safe.
class JobRecord {
 public:
  enum class State { running, done, failed, stopped };

  JobRecord(std::string id, JobKind kind, std::string words)
      : id_(std::move(id)), kind_(kind), words_(std::move(words)) {}

  /// A piece of standard output, or of standard error. True when there is something new to show.
  bool hear_output(std::string_view piece);
  bool hear_errors(std::string_view piece);
  /// It has ended. @param was_stopped  somebody had asked for that
  void end(const platform::Worker::End& end, bool was_stopped);

  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] JobKind kind() const noexcept { return kind_; }
  [[nodiscard]] State state() const noexcept { return state_; }

  /// As doc/api.md has it; `in_list`: the long parts shortened.
  [[nodiscard]] Json json(double seconds, bool in_list) const;

 private:
  struct Point {
    double epoch = 0;
    std::optional<double> training;
    std::optional<double> validation;
  };
  /// Text that comes in pieces, line by line; what is too long loses its end.
  struct Lines {
    std::size_t most = 0;
    std::string unfinished{};
    bool is_cut = false;
    template <class Take>
    void add(std::string_view piece, Take&& take);
    template <class Take>
    void finish(Take&& take);
  };

  void say(std::string_view line);
  bool hear_event(std::string_view line);
  void add_point(const Json& event);
  void judge_result(bool was_stopped);

  std::string id_;
  JobKind kind_;
  std::string words_;
  State state_ = State::running;
  std::optional<double> progress_;
  std::deque<std::string> lines_;
  std::vector<Point> curve_;
  std::size_t stride_ = 1;  // each how-manyeth point is kept
  std::size_t points_heard_ = 0;
  Json result_;
  std::string error_;
  std::string output_;  // of what is no training: all that it printed
  bool output_is_cut_ = false;
  Lines events_{.most = JobBounds::kResultBytes};
  Lines words_said_{.most = 4 * JobBounds::kLineBytes};
};

}  // namespace imps::project
