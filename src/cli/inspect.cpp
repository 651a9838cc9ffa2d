#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/console.h"
#include "cli/dataset_words.h"
#include "cli/options.h"
#include "config/explain.h"
#include "config/json.h"
#include "config/read.h"
#include "dataset/dataset.h"
#include "dataset/summary.h"
#include "log/events.h"
#include "log/reader.h"
#include "log/session_file.h"
#include "log/summary.h"
#include "model/built_in/built_in.h"
#include "session/facts.h"
#include "session/warm.h"
#include "session/words.h"

namespace imps::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// What is said of one file: for people and for machines.
struct Explained {
  std::vector<std::string> lines;
  Json json;
  bool healthy = true;  ///< nothing in it is damaged or refused
};

constexpr std::size_t kMostTold = 10;

std::string duration(double seconds) {
  if (seconds < 120) return fmt::format("{:.1f} s", seconds);
  if (seconds < 7200) return fmt::format("{:.1f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

std::string plural(std::uint64_t n, std::string_view one) {
  return fmt::format("{} {}{}", n, one, n == 1 ? "" : "s");
}

Result<Explained> explain_model(const fs::path& path) {
  const auto file = find_model_file(path);
  if (!file) return file.error();
  const Sizes& sizes = file->weights.sizes;
  std::uint64_t parameters = 0;
  for (const auto& layer : file->weights.lstm) {
    parameters += layer.kernel.size() + layer.recurrent_kernel.size() + layer.bias.size();
  }
  for (const auto* dense : {&file->weights.mus, &file->weights.sigmas, &file->weights.pi}) {
    parameters += dense->kernel.size() + dense->bias.size();
  }
  Explained told;
  told.lines = {fmt::format("model, {}", file->format),
                fmt::format("{}: dt and {} controls", words(sizes), sizes.dimension - 1),
                fmt::format("{} weights", parameters), "SHA-256 " + file->digest};
  Json notes = Json::object();
  for (const auto& [name, value] : file->notes) {
    told.lines.push_back(name + ": " + value);
    notes[name] = value;
  }
  told.json = {{"kind", "model"},
               {"format", file->format},
               {"dimension", sizes.dimension},
               {"layers", sizes.layers},
               {"units", sizes.units},
               {"mixtures", sizes.mixtures},
               {"size", size_name(sizes)},
               {"parameters", parameters},
               {"digest", file->digest},
               {"notes", notes}};
  return told;
}

std::string_view words(ControlGrid grid) {
  switch (grid) {
    case ControlGrid::still:
      return "never moves";
    case ControlGrid::seven_bit:
      return "7-bit";
    case ControlGrid::continuous:
      return "continuous";
  }
  return "";
}

Result<Explained> explain_log(const fs::path& path) {
  LogSummarizer summarizer;
  const auto report = read_log(path, LogReadOptions{},
                               [&summarizer](const LogRowView& row) { summarizer.add(row); });
  if (!report) return report.error();
  const LogSummary summary = summarizer.summary();
  const double span = to_seconds(summary.span).count();
  const double played = to_seconds(summary.played).count();

  Explained told;
  told.healthy = report->skipped == 0;
  told.lines = {fmt::format("log, dimension {}: dt and {} controls", report->dimension,
                            std::max(0, report->dimension - 1)),
                fmt::format("{}: {} of the performer, {} of the model", plural(report->rows, "row"),
                            report->performer_rows, report->model_rows),
                fmt::format("{} from first to last, {} of playing in {} (rests over 5 s between "
                            "them); longest rest {}",
                            duration(span), duration(played), plural(summary.take_count, "take"),
                            duration(to_seconds(summary.longest_rest).count())),
                fmt::format("{:.1f} rows a second while playing", summary.rows_per_second())};
  // As the instrument names them, where the take knows its instrument.
  std::vector<std::string> names;
  if (const auto session = read_session(sidecar(path, ".session.json"))) {
    if (const auto facts = read_facts(session->facts)) {
      names = facts->settings.instrument.controls;
      if (const std::string on = imps::words(facts->settings.instrument); !on.empty())
        told.lines.push_back("played on " + on);
    }
  }
  Json controls = Json::array();
  for (std::size_t i = 0; i < summary.controls.size(); ++i) {
    const ControlSummary& control = summary.controls[i];
    const std::string name = i < names.size() ? names[i] : "";
    const bool many = control.distinct >= ControlSummary::kMostDistinct;
    told.lines.push_back(fmt::format(
        "x_{}{}: {:.4g} to {:.4g}, {}{} values, {}{}", i + 1,
        name.empty() ? "" : fmt::format(" ({})", name), control.least, control.greatest,
        many ? "at least " : "", control.distinct, words(control.grid),
        control.outside > 0 ? fmt::format(", {} outside [0, 1]", control.outside) : ""));
    controls.push_back({{"least", control.least},
                        {"greatest", control.greatest},
                        {"distinct", control.distinct},
                        {"outside", control.outside},
                        {"grid", words(control.grid)}});
    if (!name.empty()) controls.back()["name"] = name;
  }
  if (report->skipped > 0)
    told.lines.push_back(fmt::format("{} skipped:", plural(report->skipped, "damaged line")));
  if (report->backwards > 0)
    told.lines.push_back(
        fmt::format("{} earlier than the row before", plural(report->backwards, "row")));
  Json faults = Json::array();
  for (const LogFault& fault : report->faults) {
    if (faults.size() < kMostTold)
      told.lines.push_back(fmt::format("  {}:{}: {}", path.string(), fault.line, fault.what));
    faults.push_back({{"line", fault.line}, {"what", fault.what}});
  }
  if (report->faults.size() > kMostTold) told.lines.emplace_back("  … (--json lists more)");
  told.json = {{"kind", "log"},
               {"dimension", report->dimension},
               {"rows", report->rows},
               {"performer_rows", report->performer_rows},
               {"model_rows", report->model_rows},
               {"seconds", span},
               {"minutes", span / 60},
               {"played_seconds", played},
               {"takes", summary.take_count},
               {"longest_rest_seconds", to_seconds(summary.longest_rest).count()},
               {"rows_per_second", summary.rows_per_second()},
               {"controls", controls},
               {"skipped_lines", report->skipped},
               {"backwards_rows", report->backwards},
               {"faults", faults}};
  return told;
}

Result<Explained> explain_session(const fs::path& path) {
  const auto session = read_session(path);
  if (!session) return session.error();
  Explained told;
  told.lines = {fmt::format("session of {}, dimension {}, by imps {}", session->log,
                            session->dimension, session->program),
                "began " + iso_text(session->start)};
  told.json = {{"kind", "session"},
               {"log", session->log},
               {"dimension", session->dimension},
               {"program", session->program},
               {"start", iso_text(session->start)}};
  if (session->end) {
    const auto& end = *session->end;
    told.lines.push_back(fmt::format("ended {}: {} of the performer, {} of the model, {}",
                                     iso_text(end.time), plural(end.performer_rows, "row"),
                                     plural(end.model_rows, "row"), plural(end.events, "event")));
    if (end.dropped_rows + end.dropped_events > 0) {
      told.lines.push_back(
          fmt::format("{} rows and {} events were lost", end.dropped_rows, end.dropped_events));
      told.healthy = false;
    }
    told.json["end"] = {{"time", iso_text(end.time)},       {"performer_rows", end.performer_rows},
                        {"model_rows", end.model_rows},     {"events", end.events},
                        {"dropped_rows", end.dropped_rows}, {"dropped_events", end.dropped_events}};
  } else {
    told.lines.emplace_back("did not end in order: the program was killed, or is playing");
    told.json["end"] = nullptr;
  }
  for (const LogFact& fact : session->facts) {
    if (const auto warmth = warmth_from_json(fact.json); fact.key == "warm" && warmth) {
      told.lines.push_back(fmt::format("warm: {} of {}", plural(warmth->frames.size(), "row"),
                                       warmth->log.string()));
    } else {
      told.lines.push_back(fact.key + ": " + fact.json);
    }
    told.json[fact.key] = Json::parse(fact.json, nullptr, false);
  }
  return told;
}

Result<Explained> explain_events(const fs::path& path) {
  const auto events = read_events(path);
  if (!events) return events.error();
  Explained told;
  told.healthy = events->skipped == 0;
  told.lines = {fmt::format("{} of a session", plural(events->events.size(), "event"))};
  Json list = Json::array();
  for (const LogEvent& event : events->events) {
    told.lines.push_back(fmt::format(
        "{:12.6f} s, after row {}: {}{}{}", to_seconds(event.at.time_since_epoch()).count(),
        event.rows, event.name, event.number ? fmt::format(" {}", *event.number) : "",
        event.text.empty() ? "" : " " + event.text));
    list.push_back({{"t", event.at.time_since_epoch().count()},
                    {"rows", event.rows},
                    {"event", event.name},
                    {"number", event.number ? Json(*event.number) : Json()},
                    {"text", event.text}});
  }
  for (const LogFault& fault : events->faults)
    told.lines.push_back(fmt::format("  {}:{}: {}", path.string(), fault.line, fault.what));
  told.json = {{"kind", "events"}, {"events", list}, {"skipped_lines", events->skipped}};
  return told;
}

Result<Explained> explain_dataset(const fs::path& path) {
  constexpr std::uint64_t kRowsAtOnce = 4096;
  const auto dataset = Dataset::open(path);
  if (!dataset) return dataset.error();
  DatasetSummarizer summarizer(dataset->dimension());
  std::vector<float> values;
  Json takes = Json::array();
  for (const Take& take : dataset->takes()) {
    summarizer.begin_take();
    for (std::uint64_t row = 0; row < take.rows; row += kRowsAtOnce) {
      values.resize(static_cast<std::size_t>(std::min(kRowsAtOnce, take.rows - row) *
                                             static_cast<std::uint64_t>(dataset->dimension())));
      if (auto read = dataset->read(take.first + row, values); !read) return read.error();
      summarizer.add(values);
    }
    takes.push_back({{"name", take.name}, {"rows", take.rows}});
  }
  const DatasetSummary summary = summarizer.summary();
  Explained told;
  told.lines = {
      fmt::format("dataset, dimension {}: dt and {}", dataset->dimension(),
                  plural(static_cast<std::uint64_t>(dataset->dimension()) - 1, "control"))};
  for (std::string& line : summary_lines(summary, {}, shows_bars()))
    told.lines.push_back(std::move(line));
  for (const std::string& warning : summary_warnings(summary, {}))
    told.lines.push_back("warning: " + warning);
  for (std::size_t k = 0; k < std::min(kMostTold, dataset->takes().size()); ++k) {
    const Take& take = dataset->takes()[k];
    told.lines.push_back(fmt::format("take {}: {}", take.name, plural(take.rows, "row")));
  }
  if (dataset->takes().size() > kMostTold) {
    told.lines.push_back(
        fmt::format("… {} more takes (--json lists all)", dataset->takes().size() - kMostTold));
  }
  if (!dataset->digest().empty()) told.lines.push_back("SHA-256 " + dataset->digest());
  told.json = {{"kind", "dataset"}, {"dimension", dataset->dimension()}};
  told.json.update(summary_json(summary, {}));
  told.json["digest"] = dataset->digest();
  told.json["warnings"] = summary_warnings(summary, {});
  told.json["take_list"] = std::move(takes);
  return told;
}

Result<Explained> explain_config(const fs::path& path) {
  const ConfigRead read = read_config_file(path);
  Explained told;
  told.healthy = read.ok();
  told.lines = {read.impsy ? "configuration, one of IMPSY's" : "configuration"};
  Json errors = Json::array();
  Json warnings = Json::array();
  for (const auto& error : read.errors) {
    told.lines.push_back("error: " + to_text(error));
    errors.push_back(to_text(error));
  }
  for (const auto& warning : read.warnings) {
    told.lines.push_back("warning: " + to_text(warning));
    warnings.push_back(to_text(warning));
  }
  const std::vector<std::string> explanation = in_words(read.settings);
  for (const std::string& line : explanation)
    told.lines.push_back(line);
  told.lines.push_back("every key, as it was read or by default:");
  const Json settings = Json::parse(settings_to_json(read.settings), nullptr, false);
  for (const auto& [section, value] : settings.items()) {
    if (!value.is_object()) {
      told.lines.push_back(fmt::format("  {} = {}", section, value.dump()));
      continue;
    }
    for (const auto& [key, inner] : value.items())
      told.lines.push_back(fmt::format("  {}.{} = {}", section, key, inner.dump()));
  }
  told.json = {
      {"kind", "config"},     {"impsy", read.impsy},           {"errors", errors},
      {"warnings", warnings}, {"understood", read.understood}, {"explanation", explanation},
      {"settings", settings}};
  return told;
}

Result<Explained> explain(const fs::path& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found && is_built_in_name(path))
    return explain_model(path);
  if (error || status.type() == fs::file_type::not_found)
    return Error{path.string() + ": there is no such file"};
  if (status.type() != fs::file_type::regular)
    return Error{path.string() + ": not a file: name one"};
  const std::string ending = path.extension().string();
  if (ending == ".toml") return explain_config(path);
  if (ending == ".jsonl") return explain_events(path);
  if (ending == ".json") return explain_session(path);
  if (ending == ".log" || ending == ".csv") return explain_log(path);
  if (ending == ".npz") return explain_dataset(path);
  return explain_model(path);
}

}  // namespace

std::string inspect_options() {
  return fmt::format("  {:<28}{}\n", "--json",
                     "as JSON: an object, or an array of them for several files");
}

Exit run_inspect(const Command& command, const Arguments& arguments) {
  Options options;
  std::vector<std::string> files;
  bool json = false;
  options.needed("files", files, "FILE");
  options.flag("--json", json, "as JSON");
  if (const auto exit = options.parse(command, arguments)) return *exit;

  Exit exit = Exit::done;
  Json all = Json::array();
  for (const std::string& file : files) {
    const auto explained = explain(file);
    if (!explained) {
      exit = Exit::failed;
      if (json) {
        all.push_back({{"file", file}, {"error", explained.error().message}});
      } else {
        complain(explained.error().message);
      }
      continue;
    }
    if (!explained->healthy && explained->json["kind"] == "config") exit = Exit::failed;
    if (json) {
      Json one{{"file", file}};
      one.update(explained->json);
      all.push_back(std::move(one));
    } else {
      fmt::print("{}:\n", printable(file));
      for (const std::string& line : explained->lines)
        fmt::print("  {}\n", printable(line));
    }
  }
  if (json) {
    const Json& result = files.size() == 1 ? all[0] : all;
    fmt::print("{}\n", result.dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  return exit;
}

}  // namespace imps::cli
