#include "dataset/logs.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fnmatch.h>
#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "dataset/byte_source.h"
#include "log/session_file.h"

namespace imps {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUnnamed = "unnamed";

bool matches(const fs::path& path, const std::vector<std::string>& patterns) {
  const std::string name = path.filename().string();
  return std::ranges::any_of(patterns, [&name](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
  });
}

bool is_wanted(const fs::path& path, const LogQuery& query) {
  return (query.include.empty() || matches(path, query.include)) && !matches(path, query.exclude);
}

/// As it is asked for: `pads (left, right)`.
std::string spelled(const Instrument& instrument) {
  std::string text = instrument.name.empty() ? std::string(kUnnamed) : instrument.name;
  if (!instrument.controls.empty())
    text += fmt::format(" ({})", fmt::join(instrument.controls, ", "));
  return text;
}

/// "33 logs, 103250 rows".
struct Count {
  std::size_t logs = 0;
  std::uint64_t rows = 0;

  void add(const FoundLog& log) {
    ++logs;
    rows += log.report.performer_rows;
  }
  [[nodiscard]] std::string words() const {
    return fmt::format("{} log{}, {} row{}", logs, logs == 1 ? "" : "s", rows,
                       rows == 1 ? "" : "s");
  }
};

/// What a folder has in it.
struct Inside {
  std::vector<fs::path> logs;
  std::vector<fs::path> folders;
  bool has_set_aside = false;
};

Result<Inside> look_inside(const fs::path& place) {
  Inside inside;
  std::error_code error;
  for (auto entry = fs::directory_iterator(place, error); !error && entry != fs::end(entry);
       entry.increment(error)) {
    std::error_code unknown;
    const fs::path& path = entry->path();
    if (entry->is_directory(unknown)) {
      if (path.filename() == kAsideFolder)
        inside.has_set_aside = true;
      else
        inside.folders.push_back(path);
    } else if (path.extension() == ".log" && entry->is_regular_file(unknown)) {
      inside.logs.push_back(path);
    }
  }
  if (error) return Error{fmt::format("{}: cannot be read: {}", place.string(), error.message())};
  std::ranges::sort(inside.folders);
  return inside;
}

/// Those of the folders that have logs, by name.
std::vector<std::string> with_logs(const std::vector<fs::path>& folders) {
  std::vector<std::string> names;
  for (const fs::path& folder : folders) {
    const auto inside = look_inside(folder);
    if (inside && !inside->logs.empty()) names.push_back(folder.string());
  }
  return names;
}

/// The logs of a folder; where it has none and just one of its folders has, those.
Result<std::vector<fs::path>> logs_of(const fs::path& place, std::vector<std::string>& remarks) {
  auto inside = look_inside(place);
  if (!inside) return inside.error();
  const std::vector<std::string> further = with_logs(inside->folders);
  if (!inside->logs.empty()) {
    for (const std::string& folder : further)
      remarks.push_back(
          fmt::format("{}: its logs are not looked at; they are with --logs {}", folder, folder));
    return std::move(inside->logs);
  }
  if (further.size() == 1) {
    remarks.push_back(fmt::format("{} has no logs of its own: those of {} are taken",
                                  place.string(), further[0]));
    auto only = look_inside(further[0]);
    if (!only) return only.error();
    return std::move(only->logs);
  }
  constexpr std::size_t kMostNamed = 8;
  std::string advice = "perform with 'imps run' first, or name another folder: --logs FOLDER";
  if (!further.empty()) {
    const auto named = std::span(further).first(std::min(further.size(), kMostNamed));
    advice = fmt::format("{} of its folders have some: choose with --logs {}{}", further.size(),
                         fmt::join(named, ", or "),
                         further.size() > kMostNamed ? ", or another one" : "");
  } else if (inside->has_set_aside) {
    advice = "those in aside/ were set aside; take some back, or perform more";
  }
  return Error{fmt::format("{}: there are no logs (*.log) in it: {}", place.string(), advice)};
}

Result<std::vector<fs::path>> find_files(const LogQuery& query, std::vector<std::string>& remarks) {
  std::vector<fs::path> files;
  for (const fs::path& place : query.places) {
    std::error_code error;
    const auto status = fs::status(place, error);
    if (!fs::exists(status)) {
      return Error{
          fmt::format("{}: there is no such file or folder: perform with 'imps run' first, "
                      "or name where the logs are: --logs FOLDER",
                      place.string())};
    }
    auto logs = fs::is_directory(status) ? logs_of(place, remarks) : std::vector{place};
    if (!logs) return logs.error();
    std::ranges::copy_if(*logs, std::back_inserter(files),
                         [&](const fs::path& path) { return is_wanted(path, query); });
  }
  // A file may have been named beside its folder.
  std::set<fs::path> seen;
  std::erase_if(files, [&seen](const fs::path& path) {
    std::error_code error;
    const auto canonical = fs::weakly_canonical(path, error);
    return !seen.insert(error ? path : canonical).second;
  });
  if (files.empty()) return Error{"no log is left by --include and --exclude"};
  return files;
}

Result<FoundLog> look_into(const fs::path& path) {
  FoundLog log{.path = path};
  const auto look = [&log, &path](const LogReadOptions& options) -> Result<LogReport> {
    bool first = true;
    return read_log(path, options, [&log, &first](const LogRowView& row) {
      if (row.voice != Voice::performer) return;
      if (first) log.first_us = row.local_us;
      first = false;
      log.last_us = row.local_us;
      log.earliest_us = std::min(log.earliest_us, row.local_us);
      log.latest_us = std::max(log.latest_us, row.local_us);
    });
  };
  // The name mostly says the dimension; then the file is read once.
  const auto named = dimension_in_name(path);
  auto report = look({.dimension = named});
  if (report && named && report->skipped >= report->rows && report->skipped > 0) report = look({});
  if (!report) return report.error();
  log.report = std::move(*report);
  if (auto instrument = read_instrument(path))
    log.instrument = std::move(*instrument);
  else
    log.session_fault = instrument.error().message;
  return log;
}

Result<std::string> digest_of(const fs::path& path) {
  const auto bytes = open_bytes(path);
  if (!bytes) return in(path.string(), bytes.error());
  Digest digest;
  std::array<std::byte, 1 << 16> piece;
  for (std::uint64_t at = 0; at < (*bytes)->size(); at += piece.size()) {
    const auto part = std::span(piece).first(
        static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), (*bytes)->size() - at)));
    if (auto read = (*bytes)->read(at, part); !read) return in(path.string(), read.error());
    digest.add(part);
  }
  return Result<std::string>(boost::system::in_place_value, digest.finish());
}

/// Leaves out logs with the same bytes as an earlier one. Only those of equal size are read.
Result<void> leave_out_duplicates(LogChoice& choice) {
  std::map<std::uint64_t, std::vector<const FoundLog*>> by_size;
  for (const FoundLog& log : choice.logs)
    by_size[log.report.bytes].push_back(&log);
  std::set<fs::path> left_out;
  for (const auto& [size, logs] : by_size) {
    if (logs.size() < 2) continue;
    std::map<std::string, fs::path> taken;
    for (const FoundLog* const log : logs) {
      const auto digest = digest_of(log->path);
      if (!digest) return digest.error();
      const auto [same, is_new] = taken.emplace(*digest, log->path);
      if (is_new) continue;
      choice.duplicates.emplace_back(log->path, same->second);
      left_out.insert(log->path);
    }
  }
  std::erase_if(choice.logs,
                [&left_out](const FoundLog& log) { return left_out.contains(log.path); });
  return {};
}

Result<void> choose_time(const LogQuery& query, LogChoice& choice) {
  std::erase_if(choice.logs, [&](const FoundLog& log) {
    const bool other = (query.from_us && log.latest_us < *query.from_us) ||
                       (query.to_us && log.earliest_us >= *query.to_us);
    if (other) choice.others.push_back(log.path);
    return other;
  });
  if (choice.logs.empty()) return Error{"no log has rows between --from and --to"};
  return {};
}

Result<void> choose_dimension(const LogQuery& query, LogChoice& choice) {
  std::map<int, Count> dimensions;
  for (const FoundLog& log : choice.logs)
    dimensions[log.report.dimension].add(log);
  std::string listed;
  for (const auto& [dimension, count] : dimensions)
    listed += fmt::format("{}{} ({})", listed.empty() ? "" : ", ", dimension, count.words());
  if (query.dimension) {
    if (!dimensions.contains(*query.dimension))
      return Error{fmt::format("no log has dimension {}: there is {}", *query.dimension, listed)};
    choice.dimension = *query.dimension;
  } else if (dimensions.size() > 1) {
    return Error{fmt::format("the logs are of several dimensions: {}: choose one with -d {}",
                             listed, dimensions.begin()->first)};
  } else {
    choice.dimension = dimensions.begin()->first;
  }
  std::erase_if(choice.logs, [&choice](const FoundLog& log) {
    const bool other = log.report.dimension != choice.dimension;
    if (other) choice.others.push_back(log.path);
    return other;
  });
  return {};
}

/// A control that has no name yet may be any: who gives it one plays the same instrument on.
bool is_same(const Instrument& one, const Instrument& other) {
  if (one.name != other.name) return false;
  if (one.controls.empty() || other.controls.empty()) return true;
  return std::ranges::equal(
      one.controls, other.controls,
      [](const std::string& a, const std::string& b) { return a.empty() || b.empty() || a == b; });
}

/// Takes the names over that are not known yet.
void name_more(Instrument& known, const Instrument& other) {
  known.controls.resize(std::max(known.controls.size(), other.controls.size()));
  for (std::size_t k = 0; k < other.controls.size(); ++k)
    if (known.controls[k].empty()) known.controls[k] = other.controls[k];
}

/// The logs of one instrument.
struct Played {
  Instrument instrument;
  Count count;
};

std::vector<Played> by_instrument(const std::vector<FoundLog>& logs) {
  std::vector<Played> all;
  for (const FoundLog& log : logs) {
    auto known = std::ranges::find_if(
        all, [&](const Played& one) { return is_same(one.instrument, log.instrument); });
    if (known == all.end()) known = all.insert(all.end(), {log.instrument, {}});
    name_more(known->instrument, log.instrument);
    known->count.add(log);
  }
  return all;
}

/// Takes out what is of other instruments than `wanted`, spelled as in the list of them, or by its
/// name alone.
Result<void> keep_instrument(const std::string& wanted, const std::vector<Played>& all,
                             LogChoice& choice) {
  const bool is_spelled = std::ranges::any_of(
      all, [&](const Played& one) { return wanted == spelled(one.instrument); });
  const auto is_wanted = [&](const Played& one) {
    const std::string& name = one.instrument.name;
    return wanted == (is_spelled     ? spelled(one.instrument)
                      : name.empty() ? std::string(kUnnamed)
                                     : name);
  };
  if (std::ranges::none_of(all, is_wanted)) {
    std::set<std::string> names;
    for (const Played& one : all)
      names.insert(spelled(one.instrument));
    return Error{fmt::format("no log of dimension {} is of the instrument '{}': there is {}",
                             choice.dimension, wanted, fmt::join(names, "; "))};
  }
  std::erase_if(choice.logs, [&](const FoundLog& log) {
    const auto one = std::ranges::find_if(
        all, [&](const Played& p) { return is_same(p.instrument, log.instrument); });
    const bool other = one == all.end() || !is_wanted(*one);
    if (other) choice.others.push_back(log.path);
    return other;
  });
  return {};
}

Result<void> choose_instrument(const LogQuery& query, LogChoice& choice) {
  if (query.instrument) {
    if (auto kept = keep_instrument(*query.instrument, by_instrument(choice.logs), choice); !kept)
      return kept;
  }
  const std::vector<Played> all = by_instrument(choice.logs);
  std::string listed;
  for (const auto& [instrument, count] : all) {
    choice.instruments.push_back(instrument);
    listed += fmt::format("{}{}: {}", listed.empty() ? "" : "; ", words(instrument), count.words());
  }
  if (all.size() > 1 && !query.mixed) {
    return Error{fmt::format(
        "the logs are of {} instruments, on which the same control means different things ({}): "
        "choose one with 'imps dataset --interface \"{}\"', or take all with 'imps dataset "
        "--mixed'",
        all.size(), listed, spelled(all.front().instrument))};
  }
  return {};
}

}  // namespace

Result<Instrument> read_instrument(const fs::path& log) {
  const fs::path path = sidecar(log, ".session.json");
  std::error_code error;
  if (!fs::exists(path, error)) return Instrument{};  // as with logs of the predecessors
  const auto session = read_session(path);
  if (!session) return session.error();
  for (const LogFact& fact : session->facts) {
    if (fact.key != "settings") continue;
    const auto settings = nlohmann::json::parse(fact.json, nullptr, false);
    if (!settings.is_object() || !settings.contains("instrument")) return Instrument{};
    const auto& described = settings["instrument"];
    if (!described.is_object()) return Instrument{};
    Instrument instrument;
    if (const auto name = described.find("name"); name != described.end() && name->is_string())
      instrument.name = name->get<std::string>();
    const auto controls = described.find("controls");
    if (controls == described.end() || !controls->is_array()) return instrument;
    for (const auto& control : *controls) {
      if (control.is_string()) instrument.controls.push_back(control.get<std::string>());
    }
    return instrument;
  }
  return Instrument{};
}

std::string words(const Instrument& instrument) {
  std::string text =
      instrument.name.empty() ? std::string(kUnnamed) : fmt::format("\"{}\"", instrument.name);
  if (!instrument.controls.empty())
    text += fmt::format(" ({})", fmt::join(instrument.controls, ", "));
  return text;
}

Result<LogChoice> choose_logs(const LogQuery& query) {
  LogChoice choice;
  const auto files = find_files(query, choice.remarks);
  if (!files) return files.error();
  std::string damage;  // of logs in which no row is left
  for (const fs::path& file : *files) {
    auto log = look_into(file);
    if (!log) return log.error();
    if (log->report.performer_rows == 0) {
      if (!log->report.faults.empty()) {
        const LogFault& first = log->report.faults.front();
        damage += fmt::format("; {}: {} damaged, the first in line {}: {}", file.string(),
                              log->report.skipped, first.line, first.what);
      }
      choice.empty.push_back(std::move(*log));
    } else {
      choice.logs.push_back(std::move(*log));
    }
  }
  if (choice.logs.empty()) {
    return Error{
        fmt::format("{} {}: the performer plays in none of {}: collate logs with playing "
                    "in them{}",
                    files->size(), files->size() == 1 ? "log" : "logs",
                    files->size() == 1 ? files->front().string() : "them", damage)};
  }
  std::ranges::sort(choice.logs, [](const FoundLog& a, const FoundLog& b) {
    return std::pair(a.first_us, a.path) < std::pair(b.first_us, b.path);
  });
  if (auto chosen = choose_time(query, choice); !chosen) return chosen.error();
  if (auto chosen = choose_dimension(query, choice); !chosen) return chosen.error();
  if (!query.keep_duplicates) {
    if (auto unique = leave_out_duplicates(choice); !unique) return unique.error();
  }
  if (auto chosen = choose_instrument(query, choice); !chosen) return chosen.error();
  return choice;
}

}  // namespace imps
