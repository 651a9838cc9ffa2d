#include "session/warm.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "log/events.h"
#include "log/line_text.h"
#include "log/reader.h"
#include "log/session_file.h"
#include "session/facts.h"
#include "session/performance.h"

namespace imps {
namespace {

namespace fs = std::filesystem;

/// The shortest dt that a model predicts (doc/model.md).
constexpr double kLeastDt = 0.001;
/// Clocks of files are coarse, and a row is written some time after it was played.
constexpr std::chrono::seconds kFileClockSlack{5};

/// Listens to a log as the Performer did (perform/performer.cpp): who is heard, and with which dt.
class Listening {
 public:
  Listening(const PerformerSettings& then, Mode now)
      : mode_(then.mode),
        now_(now),
        timescale_(then.timescale),
        lead_(then.lead.count()),
        max_rest_(then.max_rest.count()),
        battle_began_(then.start_now) {}

  /// From where the first frame's dt counts, and what was heard before.
  void begin(std::int64_t start_us, const std::vector<Frame>& warm) {
    last_us_ = start_us;
    std::int64_t at = start_us;
    for (auto frame = warm.rbegin(); frame != warm.rend(); ++frame) {
      heard_.push_front({at, *frame});
      at -= to_duration(Seconds{frame->dt}).count();
    }
  }

  void on_event(const LogEvent& event) {
    if (event.name == "mode") {
      if (const auto mode = mode_from_name(event.text)) mode_ = *mode;
      battle_began_ = played_;
    } else if (event.name == "timescale") {
      timescale_ = event.number.value_or(1);
    } else if (event.name == "reset") {
      heard_.clear();
    } else if (event.name == "panic") {
      battle_began_ = played_ = false;
    }
  }

  /// @param heard  false for a row that the network skipped
  void on_row(const LogRowView& row, bool heard) {
    end_us_ = row.local_us;
    const bool is_performer = row.voice == Voice::performer;
    if (is_heard(is_performer) && heard) {
      // What is sent ahead of its time sounds later than its row says.
      const std::int64_t at = is_performer ? row.local_us : row.local_us + lead_;
      if (last_us_)
        consume(at, to_seconds(Duration{at - *last_us_}).count(), row.values, !is_performer);
      last_us_ = at;
    }
    if (mode() == Mode::battle) battle_began_ = true;
    if (is_performer) played_ = true;
  }

  [[nodiscard]] std::int64_t end_us() const noexcept { return end_us_; }

  /// What of it is within the bounds.
  [[nodiscard]] std::vector<Frame> take() const {
    std::vector<Frame> frames;
    std::size_t text = 0;
    for (auto one = heard_.rbegin(); one != heard_.rend(); ++one) {
      if (one->at < end_us_ - kWarmSpan.count()) break;
      text += 24 * (one->frame.controls().size() + 1);  // what a double takes at most
      if (frames.size() == kMostWarmRows || text > kMostWarmText) break;
      frames.push_back(one->frame);
    }
    std::reverse(frames.begin(), frames.end());
    return frames;
  }

 private:
  struct Heard {
    std::int64_t at;
    Frame frame;
  };

  [[nodiscard]] Mode mode() const noexcept { return mode_ == Mode::user_only ? now_ : mode_; }

  [[nodiscard]] bool is_heard(bool is_performer) const noexcept {
    switch (mode()) {
      case Mode::call_response:
      case Mode::duet:
        return true;
      case Mode::polyphony:
        return is_performer;
      case Mode::battle:
        return !is_performer || !battle_began_;
      case Mode::user_only:
        return false;
    }
    return false;
  }

  void consume(std::int64_t at, double dt, std::span<const double> controls, bool is_models) {
    // The network hears what it predicted, not how that was stretched.
    dt = is_models ? std::clamp(dt / timescale_, kLeastDt, max_rest_) : std::max(dt, 0.0);
    heard_.push_back({at, Frame(FrameView{dt, controls})});
    for (double& x : heard_.back().frame.controls())
      x = std::clamp(x, 0.0, 1.0);
    if (heard_.size() > kMostWarmRows) heard_.pop_front();
  }

  Mode mode_;
  const Mode now_;  // of the performance that begins
  double timescale_;
  const std::int64_t lead_;
  const double max_rest_;
  bool battle_began_;
  bool played_ = false;  // the performer, since the start or the last panic
  std::optional<std::int64_t> last_us_;
  std::int64_t end_us_ = 0;
  std::deque<Heard> heard_;
};

/// The logs of a folder that are of `dimension` by their names, newest first: names sort by time.
std::vector<fs::path> logs_of(const fs::path& folder, int dimension) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (dimension_in_name(entry->path()) == dimension) found.push_back(entry->path());
  }
  std::sort(found.begin(), found.end(), std::greater<>());
  return found;
}

}  // namespace

Result<Warmth> read_warmth(const fs::path& path, int dimension, const Settings& settings) {
  PerformerSettings then = performer_settings(settings, 0);
  std::vector<Frame> warm;
  const auto session = read_session(sidecar(path, ".session.json"));
  if (session) {
    if (auto facts = read_facts(session->facts)) {
      then = performer_settings(facts->settings, facts->seed);
      warm = std::move(facts->warmth.frames);
    }
  }
  if (!warm.empty() && warm.front().dimension() != dimension) warm.clear();
  const auto read = read_events(sidecar(path, ".events.jsonl"));
  const std::vector<LogEvent> events = read ? read->events : std::vector<LogEvent>{};

  Listening listening(then, settings.interaction.mode);
  if (session) listening.begin(session->start.local_us, warm);
  std::size_t next = 0;
  std::size_t next_unheard = 0;
  const auto report = read_log(path, {.dimension = dimension}, [&](const LogRowView& row) {
    const std::uint64_t rows_before = row.line - 1;
    for (; next < events.size() && events[next].rows <= rows_before; ++next)
      listening.on_event(events[next]);
    // The rows just before an "unheard" are those that were skipped.
    while (next_unheard < events.size() &&
           (events[next_unheard].name != "unheard" || events[next_unheard].rows <= rows_before))
      ++next_unheard;
    const bool skipped = next_unheard < events.size() &&
                         static_cast<double>(events[next_unheard].rows - rows_before) <=
                             events[next_unheard].number.value_or(0);
    listening.on_row(row, !skipped);
  });
  if (!report) return report.error();
  return Warmth{.log = path, .frames = listening.take(), .end_us = listening.end_us()};
}

std::optional<Warmth> newest_warmth(int dimension, const Settings& settings,
                                    std::chrono::system_clock::time_point now) {
  const auto since_now = std::chrono::system_clock::now() - now;
  for (const fs::path& path : logs_of(settings.log.folder, dimension)) {
    // A log that nobody has written to for so long need not be read.
    std::error_code error;
    const auto written = fs::last_write_time(path, error);
    if (error ||
        fs::file_time_type::clock::now() - written - since_now > kWarmSpan + kFileClockSlack)
      continue;
    auto warmth = read_warmth(path, dimension, settings);
    if (!warmth || warmth->end_us == 0) continue;
    const Duration age{local_time(now).local_us - warmth->end_us};
    if (std::chrono::abs(age) < kWarmSpan) return std::move(*warmth);
    return std::nullopt;
  }
  return std::nullopt;
}

Warming warm(const fs::path& log, int dimension, const Settings& settings,
             std::chrono::system_clock::time_point now) {
  Warming warming;
  if (log.empty()) {
    if (auto newest = newest_warmth(dimension, settings, now)) warming.warmth = std::move(*newest);
  } else if (auto read = read_warmth(log, dimension, settings)) {
    warming.warmth = std::move(*read);
  } else {
    warming.told = "not warmed: " + read.error().message;
    return warming;
  }
  const Warmth& warmth = warming.warmth;
  if (!warmth.frames.empty()) {
    warming.told = fmt::format("warmed by {} row{} of {}", warmth.frames.size(),
                               warmth.frames.size() == 1 ? "" : "s", warmth.log.string());
  } else if (!warmth.log.empty()) {
    warming.told =
        fmt::format("not warmed: the model has heard nothing of {}", warmth.log.string());
  } else {
    warming.told =
        fmt::format("not warmed: there is no log of dimension {} in {}/ of the last {} s",
                    dimension, settings.log.folder.string(),
                    std::chrono::duration_cast<std::chrono::seconds>(kWarmSpan).count());
  }
  return warming;
}

Result<int> dimension_of_log(const fs::path& log, std::optional<int> wanted) {
  const auto report = read_log(log, {}, [](const LogRowView&) {});
  if (!report) return report.error();
  if (report->rows == 0)
    return Error{log.string() + ": there is no whole row in it to warm the model with"};
  if (report->dimension != wanted.value_or(report->dimension)) {
    return Error{
        fmt::format("{}: its rows are of dimension {}, and {} is played: warm with another "
                    "log",
                    log.string(), report->dimension, *wanted)};
  }
  return report->dimension;
}

std::string warmth_to_json(const Warmth& warmth) {
  std::string text = fmt::format("{{\"log\": {}, \"rows\": [", json_text(warmth.log.string()));
  for (const Frame& frame : warmth.frames) {
    fmt::format_to(std::back_inserter(text), "{}[{}", &frame == &warmth.frames.front() ? "" : ",",
                   frame.dt);
    for (const double x : frame.controls())
      fmt::format_to(std::back_inserter(text), ",{}", x);
    text += ']';
  }
  return text + "]}";
}

Result<Warmth> warmth_from_json(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const auto rows = json.is_object() ? json.find("rows") : json.end();
  const Error wrong{"\"rows\" is missing or holds something else than frames of one dimension"};
  if (!json.is_object() || rows == json.end() || !rows->is_array() || rows->size() > kMostWarmRows)
    return wrong;
  Warmth warmth;
  if (json.contains("log") && json["log"].is_string()) warmth.log = json["log"].get<std::string>();
  for (const auto& row : *rows) {
    if (!row.is_array() || row.size() < kMinDimension || row.size() > kMaxDimension ||
        row.size() != rows->front().size() ||
        !std::all_of(row.begin(), row.end(), [](const auto& x) { return x.is_number(); }))
      return wrong;
    Frame frame;
    frame.dt = row[0].get<double>();
    frame.resize(row.size() - 1);
    for (std::size_t k = 1; k < row.size(); ++k)
      frame.controls()[k - 1] = row[k].get<double>();
    if (!(frame.dt >= 0) || !std::isfinite(frame.dt)) return wrong;
    warmth.frames.push_back(frame);
  }
  return warmth;
}

}  // namespace imps
