#include "session/words.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace imps {
namespace {

constexpr std::size_t kMostNumbers = 16;

double milliseconds(Duration d) { return static_cast<double>(d.count()) * 1e-3; }

std::string clock(TimePoint at) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
  return seconds < 3600
             ? fmt::format("{}:{:02}", seconds / 60, seconds % 60)
             : fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::uint64_t events(const Report& report) {
  return report.performer.frames + report.performer.predictions;
}

}  // namespace

std::string numbers(std::span<const double> controls) {
  std::string text;
  for (const double x : controls.first(std::min(controls.size(), kMostNumbers))) {
    fmt::format_to(std::back_inserter(text), "{}{:.2f}", text.empty() ? "" : " ", x);
  }
  if (controls.size() > kMostNumbers) text += " …";
  return text;
}

std::string status_line(const Report& report, const std::optional<Report>& before) {
  const std::string_view voice = report.dimension == 0          ? "○ waiting  "
                                 : report.paused                ? "‖ paused   "
                                 : report.voice == Voice::model ? "◆ MODEL    "
                                                                : "● PERFORMER";
  double rate = 0;
  if (before && report.at > before->at) {
    rate = static_cast<double>(events(report) - events(*before)) /
           to_seconds(report.at - before->at).count();
  }
  return fmt::format(
      "{}{} {:5.1f} events/s  {}  last prediction {}", voice, report.muted ? " (muted)" : "", rate,
      clock(report.at),
      report.last_prediction.controls().empty() ? "–" : numbers(report.last_prediction.controls()));
}

std::string words(const InstrumentSettings& instrument) {
  std::string text = instrument.name;
  if (!instrument.controls.empty())
    text += fmt::format("{}({})", text.empty() ? "" : " ", fmt::join(instrument.controls, ", "));
  return text;
}

std::vector<std::string> summary_lines(const Report& report) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("{}: {} frames from the performer, {} predictions, {} cancelled",
                              clock(report.at), report.performer.frames,
                              report.performer.predictions, report.performer.cancelled));
  if (report.lateness.count > 0) {
    lines.push_back(fmt::format("lateness: median {:.3f} ms, p99 {:.3f} ms, worst {:.3f} ms",
                                milliseconds(report.lateness.median),
                                milliseconds(report.lateness.p99),
                                milliseconds(report.lateness.worst)));
  }
  if (report.performer.unheard > 0) {
    lines.push_back(
        fmt::format("{} frames came faster than the model can listen: logged, and not heard by it",
                    report.performer.unheard));
  }
  if (report.performer.overflowed + report.performer.outdated > 0) {
    lines.push_back(fmt::format(
        "{} predictions were dropped: {} had too many waiting before them, {} came too late",
        report.performer.overflowed + report.performer.outdated, report.performer.overflowed,
        report.performer.outdated));
  }
  if (report.log_refused > 0)
    lines.push_back(
        fmt::format("{} log entries were lost: the disk did not keep up", report.log_refused));
  if (report.untold > 0)
    lines.push_back(
        fmt::format("{} frames or messages were not told here: too many at once", report.untold));
  for (const OscCountName& count : osc_count_names()) {
    const std::uint64_t n = report.osc.*count.count;
    if (n > 0 && !count.fault.empty()) lines.push_back(fmt::format("{} {}", n, count.fault));
  }
  return lines;
}

}  // namespace imps
