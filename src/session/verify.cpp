#include "session/verify.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <imps/model_file.h>
#include <imps/performer.h>

#include "log/events.h"
#include "log/reader.h"
#include "log/session_file.h"
#include "platform/thread.h"
#include "session/control_text.h"
#include "session/facts.h"
#include "session/model_choice.h"
#include "session/performance.h"
#include "session/standing.h"

namespace imps {
namespace {

namespace fs = std::filesystem;

/// What the performer did by itself and the log has yet to confirm.
struct Done {
  enum class What { prediction, to_performer, to_model, withheld };
  What what{};
  TimePoint at;
  std::vector<double> controls;
};

constexpr std::string_view word(Done::What what) {
  switch (what) {
    case Done::What::prediction:
      return "a prediction";
    case Done::What::to_performer:
      return "the performer takes the voice";
    case Done::What::to_model:
      return "the model takes the voice";
    case Done::What::withheld:
      return "a muted prediction";
  }
  return "";
}

std::string seconds(TimePoint at) {
  return fmt::format("{:.6f} s", to_seconds(at.time_since_epoch()).count());
}

/// Finds models by digest: where the session says, else anywhere in the models folder.
class ModelShelf {
 public:
  explicit ModelShelf(fs::path folder) : folder_(std::move(folder)) {}

  Result<std::shared_ptr<const Mdrnn>> find(const std::string& digest, const fs::path& said,
                                            int dimension) {
    if (const auto known = known_.find(digest); known != known_.end()) return known->second;
    const ChosenModel built_in = built_in_model(dimension);
    if (built_in.digest == digest) return known_[digest] = built_in.model;
    std::vector<fs::path> places{said};
    std::error_code ignored;
    for (fs::directory_iterator entry(folder_, ignored), end; !ignored && entry != end;
         entry.increment(ignored)) {
      places.push_back(entry->path());
    }
    for (const fs::path& place : places) {
      if (place.empty() || !fs::is_regular_file(place, ignored)) continue;
      const auto chosen = load_model(place, std::nullopt);
      if (chosen && chosen->digest == digest) return known_[digest] = chosen->model;
    }
    return Error{fmt::format(
        "the model that played (digest {}, then {}) is neither there nor in {}/: put it there",
        digest.substr(0, 12), said.string(), folder_.string())};
  }

 private:
  fs::path folder_;
  std::map<std::string, std::shared_ptr<const Mdrnn>> known_;
};

/// Events that a frame may bring about, or that come with it.
constexpr std::array<std::string_view, 5> kOfFrames{"hand_over", "owner", "pick_up", "touched",
                                                    "withheld"};

class Rerun {
 public:
  Rerun(const SessionFacts& facts, std::shared_ptr<const Mdrnn> model, int dimension,
        ModelShelf& shelf, VerifyReport& report)
      : performer_(std::move(model), dimension, performer_settings(facts.settings, facts.seed),
                   TimePoint{}, facts.warmth.frames),
        shelf_(shelf),
        report_(report) {
    for (const Command& limit : limits_of(facts.settings.limits))
      performer_.on(limit, TimePoint{});
  }

  Result<void> on_event(const LogEvent& event) {
    settle(event.at, std::ranges::find(kOfFrames, event.name) == kOfFrames.end());
    if (event.name == "model") return change_model(event);
    if (event.name == "touched") {
      touched_ = controls_of(event.text);
    } else if (event.name == "pick_up") {
      performer_.set_pick_up(controls_of(event.text));
    }
    if (event.name == "hand_over") {
      ++report_.hand_overs;
      confirm(event.text == "model" ? Done::What::to_model : Done::What::to_performer, event.at,
              {});
    } else if (event.name == "withheld") {
      confirm(Done::What::withheld, event.at, {});
    } else if (event.name == "stop") {
      take(performer_.on_stop(event.at), event.at);
    } else if (const auto command = command_of(event)) {
      take(performer_.on(*command, event.at), event.at);
    }
    return {};
  }

  void on_performer(std::span<const double> controls, bool heard, TimePoint at) {
    ++report_.performer_rows;
    settle(at, false);
    unsettled_.reset();
    take(performer_.on(PerformerFrame{controls, heard, touched_}, at), at);
  }

  void on_prediction(std::span<const double> controls, TimePoint at) {
    settle(at, true);
    confirm(Done::What::prediction, at, controls);
    ++report_.predictions;
  }

  /// Whatever the performer did and the log does not have.
  void end() {
    settle(TimePoint::max(), true);
    if (!report_.difference && !logged_.empty()) {
      differ(fmt::format("at {}: the log has {}, and nothing happens", seconds(logged_.front().at),
                         word(logged_.front().what)));
    }
    if (!report_.difference && !done_.empty()) {
      differ(fmt::format("at {}: {} that the log does not have", seconds(done_.front().at),
                         word(done_.front().what)));
    }
  }

 private:
  Result<void> change_model(const LogEvent& event) {
    const auto space = event.text.find(' ');
    const std::string digest = event.text.substr(0, space);
    const std::string path = space == std::string::npos ? "" : event.text.substr(space + 1);
    const auto model = shelf_.find(digest, path, performer_.dimension());
    if (!model) return model.error();
    performer_.set_model(*model, event.at);
    return {};
  }

  void take(std::span<const Action> actions, TimePoint at) {
    for (const Action& action : actions) {
      if (const auto* row = std::get_if<WriteRow>(&action);
          row != nullptr && row->voice == Voice::model) {
        done_.push_back({Done::What::prediction, at, {row->controls.begin(), row->controls.end()}});
      } else if (const auto* hand_over = std::get_if<HandOver>(&action)) {
        done_.push_back(
            {hand_over->to == Voice::model ? Done::What::to_model : Done::What::to_performer,
             hand_over->at,
             {}});
      } else if (std::holds_alternative<Withheld>(action)) {
        done_.push_back({Done::What::withheld, at, {}});
      }
    }
    compare();
  }

  /// The model takes the voice when it is time to, or because a frame comes after that time, which
  /// takes it back at once: what follows tells which. Called before what is logged at `at`.
  /// @param is_no_frames  it is not what a frame brings about
  void settle(TimePoint at, bool is_no_frames) {
    if (!unsettled_ || (at <= *unsettled_ && !is_no_frames)) return;
    const TimePoint then = *std::exchange(unsettled_, std::nullopt);
    take(performer_.on_time(then), then);
  }

  /// The log says that this happened at `at`: so it must here. What the performer's frame or a
  /// command brings about is logged before that frame: it waits for it.
  void confirm(Done::What what, TimePoint at, std::span<const double> controls) {
    if (report_.difference) return;
    if (what == Done::What::to_model && done_.empty()) {
      unsettled_ = at;
    } else if (done_.empty() && what != Done::What::to_performer) {
      take(performer_.on_time(at), at);
    }
    logged_.push_back({what, at, {controls.begin(), controls.end()}});
    if (done_.empty() && what != Done::What::to_performer && what != Done::What::to_model) {
      return differ(
          fmt::format("at {}: the log has {}, and nothing happens", seconds(at), word(what)));
    }
    compare();
  }

  void compare() {
    while (!logged_.empty() && !done_.empty() && !report_.difference) {
      const Done logged = std::move(logged_.front());
      const Done done = std::move(done_.front());
      logged_.pop_front();
      done_.pop_front();
      if (done.what != logged.what || done.at != logged.at) {
        return differ(fmt::format("the log has {} at {}, and what happens is {} at {}",
                                  word(logged.what), seconds(logged.at), word(done.what),
                                  seconds(done.at)));
      }
      for (std::size_t i = 0; i < logged.controls.size() && i < done.controls.size(); ++i) {
        if (logged.controls[i] == done.controls[i]) continue;
        return differ(fmt::format("prediction {} at {}: x_{} is {} in the log and {} here",
                                  report_.predictions, seconds(logged.at), i + 1,
                                  logged.controls[i], done.controls[i]));
      }
    }
  }

  void differ(std::string how) {
    if (!report_.difference) report_.difference = std::move(how);
  }

  Performer performer_;
  ControlSet touched_ = ControlSet().set();
  ModelShelf& shelf_;
  VerifyReport& report_;
  std::optional<TimePoint> unsettled_;  // when the model took the voice, by what is not known yet
  std::deque<Done> done_;               // here, and not in the log yet
  std::deque<Done> logged_;             // in the log, and not here yet
};

/// The rows that the network skipped: each "unheard" event counts the performer's rows just before
/// it.
std::set<std::uint64_t> unheard_rows(const Log& log, const LogEvents& events) {
  std::vector<std::uint64_t> performer_rows;
  for (std::size_t row = 0; row < log.rows(); ++row) {
    if (log.voices[row] == Voice::performer) performer_rows.push_back(row);
  }
  std::set<std::uint64_t> unheard;
  for (const LogEvent& event : events.events) {
    if (event.name != "unheard") continue;
    auto row = std::lower_bound(performer_rows.begin(), performer_rows.end(), event.rows);
    for (double n = event.number.value_or(0); n >= 1 && row != performer_rows.begin(); --n)
      unheard.insert(*--row);
  }
  return unheard;
}

}  // namespace

Result<VerifyReport> verify(const VerifyRequest& request) {
  const auto began = std::chrono::steady_clock::now();
  platform::flush_denormals();
  const auto session = read_session(sidecar(request.log, ".session.json"));
  if (!session) return session.error();
  const auto facts = read_facts(session->facts);
  if (!facts) return in(sidecar(request.log, ".session.json").string(), facts.error());
  const auto events = read_events(sidecar(request.log, ".events.jsonl"));
  if (!events) return events.error();
  const auto log = read_log(request.log, {.dimension = session->dimension});
  if (!log) return log.error();
  if (!facts->settings.log.performer || !facts->settings.log.predictions) {
    return Error{
        fmt::format("{}: only one of the voices was logged: there is nothing to compare with",
                    request.log.string())};
  }

  VerifyReport report;
  if (facts->simd != simd_target()) {
    report.warning = fmt::format(
        "the session was played with {} and this is {}: the last bits of predictions differ "
        "between them",
        facts->simd, simd_target());
  }
  if (log->report.skipped + events->skipped > 0) {
    report.warning +=
        fmt::format("{}{} damaged lines were skipped", report.warning.empty() ? "" : "; ",
                    log->report.skipped + events->skipped);
  }
  if (session->end && session->end->dropped_rows + session->end->dropped_events > 0) {
    return Error{fmt::format(
        "{}: {} rows and {} events could not be written then: the session is not whole",
        request.log.string(), session->end->dropped_rows, session->end->dropped_events)};
  }

  for (const LogEvent& event : events->events) {
    if (event.name == "vanished" || event.name == "dropped" || event.name == "torn") {
      return Error{fmt::format(
          "{}: a part of it was lost while it was written ({} at {}): the session is not whole",
          request.log.string(), event.name, seconds(event.at))};
    }
  }

  const auto unheard = unheard_rows(*log, *events);
  for (const Frame& frame : facts->warmth.frames) {
    if (frame.dimension() != session->dimension)
      return Error{request.log.string() + ": it was warmed with rows of another dimension"};
  }
  ModelShelf shelf(request.models);
  const auto model = shelf.find(facts->model_digest, facts->model_path, session->dimension);
  if (!model) return model.error();
  Rerun rerun(*facts, *model, session->dimension, shelf, report);
  const auto at = [&](std::size_t row) {
    return TimePoint{Duration{log->local_us[row] - session->start.local_us}};
  };
  std::size_t next_event = 0;
  const auto events_until = [&](std::uint64_t rows) -> Result<void> {
    while (next_event < events->events.size() && events->events[next_event].rows <= rows) {
      const LogEvent& event = events->events[next_event++];
      if (auto done = rerun.on_event(event); !done) return done;
      if (report.difference) break;
    }
    return {};
  };
  for (std::size_t row = 0; row < log->rows() && !report.difference; ++row) {
    if (auto done = events_until(row); !done) return done.error();
    if (log->voices[row] == Voice::performer) {
      rerun.on_performer(log->row(row), unheard.count(row) == 0, at(row));
    } else {
      rerun.on_prediction(log->row(row), at(row));
    }
  }
  if (!report.difference) {
    if (auto done = events_until(log->rows()); !done) return done.error();
  }
  // What a killed program did last is in none, or only one, of its files.
  const bool whole =
      session->end && log->rows() >= session->end->performer_rows + session->end->model_rows;
  if (whole) {
    rerun.end();
  } else if (!report.difference) {
    report.warning += fmt::format(
        "{}the {}: compared up to row {}", report.warning.empty() ? "" : "; ",
        session->end ? "log ends before the session did" : "session did not end in order",
        log->rows());
  }
  if (log->rows() > 0) report.span = at(log->rows() - 1).time_since_epoch();
  report.took = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began);
  return report;
}

}  // namespace imps
