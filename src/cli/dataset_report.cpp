#include "cli/dataset_report.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "cli/console.h"
#include "cli/dataset_words.h"

namespace imps::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// The names of the controls, when all logs agree.
std::vector<std::string> controls_of(const LogChoice& choice) {
  if (choice.instruments.size() != 1) return {};
  return choice.instruments.front().controls;
}

/// Logs that were played, or recorded, at very different rates.
std::optional<std::string> mixed_rates(const std::vector<CollatedLog>& logs) {
  constexpr std::uint64_t kEnough = 50;
  constexpr double kFactor = 5;
  const auto rate = [](const CollatedLog* log) {
    return static_cast<double>(log->rows) / log->seconds;
  };
  const CollatedLog* slow = nullptr;
  const CollatedLog* fast = nullptr;
  for (const CollatedLog& log : logs) {
    if (log.rows < kEnough || !(log.seconds > 0)) continue;
    if (slow == nullptr || rate(&log) < rate(slow)) slow = &log;
    if (fast == nullptr || rate(&log) > rate(fast)) fast = &log;
  }
  if (slow == nullptr || rate(fast) < kFactor * rate(slow)) return std::nullopt;
  return fmt::format(
      "the logs have very different rates: {} {:.1f} rows a second, {} {:.1f}; if that is not how "
      "you play, collate them apart with --include or --exclude",
      slow->path.filename().string(), rate(slow), fast->path.filename().string(), rate(fast));
}

/// What is not in the dataset, and why.
std::vector<std::string> left_out(const Collation& made) {
  std::uint64_t beginnings = 0;
  std::uint64_t marked = 0;
  std::uint64_t outside = 0;
  std::uint64_t rests = 0;
  for (const CollatedLog& log : made.report.logs) {
    beginnings += log.beginnings;
    rests += log.beginnings - std::min<std::uint64_t>(log.beginnings, 1);
    marked += log.marked;
    outside += log.outside;
  }
  std::vector<std::string> lines;
  if (beginnings > 0) {
    const auto& gap = made.options.phrases.gap;
    lines.push_back(fmt::format(
        "{} with which a {} begins{}: nothing comes before, so there is no dt",
        counted(beginnings, "row"), made.options.like_impsy ? "log" : "take",
        rests > 0 && gap
            ? fmt::format(
                  " ({} within a log, after a rest of more than {} s or where its clock jumps)",
                  rests, to_seconds(*gap).count())
            : ""));
  }
  if (marked > 0) {
    lines.push_back(
        fmt::format("{} of phrases that were marked \"not that\"", counted(marked, "row")));
  }
  if (outside > 0)
    lines.push_back(fmt::format("{} outside --from, --to and --trim", counted(outside, "row")));
  for (const FoundLog& log : made.choice.empty) {
    lines.push_back(log.path.string() +
                    (log.report.skipped == 0
                         ? ": the performer does not play in it"
                         : fmt::format(": no row of the performer is whole ({})",
                                       counted(log.report.skipped, "damaged row"))));
  }
  for (const auto& [copy, taken] : made.choice.duplicates)
    lines.push_back(fmt::format("{}: the same as {}", copy.string(), taken.string()));
  if (!made.choice.others.empty()) {
    lines.push_back(fmt::format("{} of another dimension, instrument or time",
                                counted(made.choice.others.size(), "log")));
  }
  lines.insert(lines.end(), made.choice.remarks.begin(), made.choice.remarks.end());
  return lines;
}

std::string_view words(Placed::How how) {
  switch (how) {
    case Placed::How::created:
      return "written";
    case Placed::How::unchanged:
      return "unchanged: the same dataset was there";
    case Placed::How::replaced:
      return "written, in place of an older one of these logs";
    case Placed::How::kept:
      return "written";
  }
  return "";
}

}  // namespace

std::vector<std::string> warnings_of(const Collation& made) {
  auto warnings = summary_warnings(made.report.summary, controls_of(made.choice));
  std::uint64_t clamped = 0;
  std::uint64_t backwards = 0;
  std::uint64_t skipped = 0;
  for (const CollatedLog& log : made.report.logs) {
    clamped += log.clamped;
    backwards += log.backwards;
  }
  for (const FoundLog& log : made.choice.logs)
    skipped += log.report.skipped;
  if (clamped > 0) {
    warnings.push_back(
        fmt::format("{} off scale, outside [0, 1]: clamped", counted(clamped, "value")));
  }
  // --like-impsy clamps nothing.
  const auto controls = std::span(made.report.summary.columns).subspan(1);
  if (std::ranges::any_of(controls,
                          [](const ColumnSummary& c) { return c.least < 0 || c.greatest > 1; }))
    warnings.emplace_back("there are values off scale, outside [0, 1], as IMPSY keeps them");
  if (backwards > 0) {
    warnings.push_back(
        fmt::format("{} earlier than the row before: the clock jumped{}", counted(backwards, "row"),
                    made.options.like_impsy ? "; dt is negative there, as IMPSY would write it"
                                            : "; a jump of more than 0.1 s begins a new take"));
  }
  if (skipped > 0) warnings.push_back(fmt::format("{} skipped", counted(skipped, "damaged row")));
  if (!made.options.like_impsy) {
    if (auto mixed = mixed_rates(made.report.logs)) warnings.push_back(std::move(*mixed));
  }
  return warnings;
}

Json to_json(const Collation& made, const std::vector<std::string>& warnings) {
  Json json{
      {"dataset", made.placed ? Json(made.target.string()) : Json()},
      {"written", made.placed && made.placed->how != Placed::How::unchanged},
      {"kept_as",
       made.placed && !made.placed->kept_as.empty() ? Json(made.placed->kept_as.string()) : Json()},
      {"format", made.format},
      {"digest", made.digest},
      {"dimension", made.choice.dimension}};
  json.update(summary_json(made.report.summary, controls_of(made.choice)));
  Json instruments = Json::array();
  for (const Instrument& instrument : made.choice.instruments)
    instruments.push_back({{"name", instrument.name}, {"controls", instrument.controls}});
  Json logs = Json::array();
  Json faults = Json::array();
  for (std::size_t k = 0; k < made.choice.logs.size(); ++k) {
    const CollatedLog& log = made.report.logs[k];
    const LogReport& report = made.choice.logs[k].report;
    logs.push_back({{"file", log.path.string()},
                    {"rows", log.rows},
                    {"takes", log.takes},
                    {"seconds", log.seconds},
                    {"without_dt", log.beginnings},
                    {"marked", log.marked},
                    {"outside", log.outside},
                    {"backwards", log.backwards},
                    {"clamped", log.clamped},
                    {"skipped", report.skipped}});
    for (const LogFault& fault : report.faults)
      faults.push_back({{"file", log.path.string()}, {"line", fault.line}, {"what", fault.what}});
  }
  for (const FoundLog& log : made.choice.empty)
    for (const LogFault& fault : log.report.faults)
      faults.push_back({{"file", log.path.string()}, {"line", fault.line}, {"what", fault.what}});
  json["instruments"] = std::move(instruments);
  json["logs"] = std::move(logs);
  json["left_out"] = left_out(made);
  json["faults"] = std::move(faults);
  json["warnings"] = warnings;
  return json;
}

void print(const Collation& made) {
  fmt::print("{}: {}\n", made.target.string(),
             made.placed ? words(made.placed->how) : "would be written");
  if (made.placed && !made.placed->kept_as.empty()) {
    fmt::print("  the dataset that was there holds something else: it is kept as {}\n",
               made.placed->kept_as.string());
  }
  fmt::print("  dimension {}: dt and {}; {}", made.choice.dimension,
             counted(static_cast<std::uint64_t>(made.choice.dimension) - 1, "control"),
             counted(made.choice.logs.size(), "log"));
  for (const Instrument& instrument : made.choice.instruments) {
    if (instrument != Instrument{} || made.choice.instruments.size() > 1)
      fmt::print("; {}", printable(imps::words(instrument)));
  }
  fmt::print("\n");
  for (const std::string& line :
       summary_lines(made.report.summary, controls_of(made.choice), shows_bars()))
    fmt::print("  {}\n", printable(line));
  if (!made.options.like_impsy)
    fmt::print("  a rest over {:g} s begins a new take\n",
               to_seconds(*made.options.phrases.gap).count());
  const auto out = left_out(made);
  if (!out.empty()) fmt::print("  left out:\n");
  for (const std::string& line : out)
    fmt::print("    {}\n", printable(line));
}

void complain_of_faults(const LogChoice& choice) {
  constexpr std::size_t kMostTold = 20;
  std::size_t told = 0;
  std::uint64_t faults = 0;
  const auto look = [&](const FoundLog& log) {
    if (!log.session_fault.empty())
      complain(log.session_fault + ": what it was played on is not known");
    faults += log.report.skipped + log.report.backwards;
    for (const LogFault& fault : log.report.faults) {
      if (told == kMostTold) break;
      ++told;
      complain(fmt::format("{}:{}: {}", log.path.string(), fault.line, fault.what));
    }
  };
  std::ranges::for_each(choice.logs, look);
  std::ranges::for_each(choice.empty, look);
  if (faults > told) complain(fmt::format("… and {} more (--json lists more)", faults - told));
}

}  // namespace imps::cli
