#include "dataset/dataset.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/console.h"
#include "cli/dataset_report.h"
#include "cli/options.h"
#include "dataset/collate.h"
#include "dataset/place.h"
#include "dataset/writer.h"
#include "log/wall_time.h"
#include "platform/scratch_name.h"

namespace imps::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct DatasetFlags {
  std::vector<std::string> places;
  std::vector<std::string> logs;
  std::optional<int> dimension;
  std::string output;
  std::string format = "imps";
  double gap = 5;
  bool like_impsy = false;
  std::optional<std::string> interface;
  bool mixed = false;
  std::vector<std::string> include;
  std::vector<std::string> exclude;
  std::string from;
  std::string to;
  double trim = 0;
  bool dry_run = false;
  bool json = false;
};

void add_dataset_options(Options& options, DatasetFlags& flags) {
  options.positional("places", flags.places, "LOG|FOLDER");
  options.each("--logs,--source", flags.logs, "FOLDER",
               "a folder of logs (default logs); may come again");
  options.value("-d,--dimension", flags.dimension, "D",
                "dt and the controls, together (default: the one that the logs have)");
  options.value("-o,--output", flags.output, "FILE",
                "where to (default datasets/training-dataset-{D}d.npz)");
  options.value("--format", flags.format, "FORM",
                "imps: plain arrays; impsy: perfs, for IMPSY (default imps)");
  options.value("--gap", flags.gap, "SECONDS", "a longer rest begins a new take (default 5)");
  options.flag("--like-impsy", flags.like_impsy,
               "the rows that IMPSY would make: a log is a take with all its rests, unclamped");
  options.value("--interface", flags.interface, "NAME",
                "only logs of this instrument, or of 'unnamed' ones; where several have one "
                "name, with its controls: 'pads (left, right)'");
  options.flag("--mixed", flags.mixed, "logs of different instruments together");
  options.each("--include", flags.include, "PATTERN",
               "only logs with such names, e.g. '2026-11-*'");
  options.each("--exclude", flags.exclude, "PATTERN", "no logs with such names");
  options.value("--from", flags.from, "TIME",
                "rows from then on: 2026-11-22 or 2026-11-22T20:15:00");
  options.value("--to", flags.to, "TIME", "rows before then; a date alone is to its end");
  options.value("--trim", flags.trim, "SECONDS", "leave out so much at both ends of every log");
  options.flag("--dry-run", flags.dry_run, "say what would be in it, and write nothing");
  options.flag("--json", flags.json, "the result as JSON");
}

/// A local time, or a date: its first moment, or (`end`) the first one after it.
std::optional<std::int64_t> read_moment(const std::string& text, bool end) {
  constexpr std::int64_t kDay = 86'400'000'000;
  if (const auto date = parse_time(text + "T00:00:00")) return date->local_us + (end ? kDay : 0);
  const auto time = parse_time(text);
  return time && !time->offset_minutes ? std::optional(time->local_us) : std::nullopt;
}

/// What the flags ask for, or what is wrong with them.
struct Request {
  LogQuery query;
  CollateOptions options;
};
Result<Request> read_flags(const DatasetFlags& flags) {
  Request request;
  if (flags.dimension && (*flags.dimension < kMinDimension || *flags.dimension > kMaxDimension))
    return Error{fmt::format("-d takes {} to {}", kMinDimension, kMaxDimension)};
  if (flags.format != "imps" && flags.format != "impsy")
    return Error{fmt::format("--format takes imps or impsy, not '{}'", flags.format)};
  if (!(flags.gap > 0) || !(flags.trim >= 0) || flags.gap > 1e9 || flags.trim > 1e9)
    return Error{"--gap takes a number of seconds above 0, --trim one of 0 or more"};
  const auto places = [&request](const std::vector<std::string>& named) {
    request.query.places.insert(request.query.places.end(), named.begin(), named.end());
  };
  if (!flags.places.empty() || !flags.logs.empty()) request.query.places.clear();
  places(flags.places);
  places(flags.logs);
  request.query.dimension = flags.dimension;
  request.query.include = flags.include;
  request.query.exclude = flags.exclude;
  request.query.instrument = flags.interface;
  request.query.mixed = flags.mixed;
  request.query.keep_duplicates = flags.like_impsy;
  request.options.phrases.gap = to_duration(Seconds{flags.gap});
  request.options.like_impsy = flags.like_impsy;
  request.options.trim = to_duration(Seconds{flags.trim});
  if (!flags.from.empty()) request.options.from_us = read_moment(flags.from, false);
  if (!flags.to.empty()) request.options.to_us = read_moment(flags.to, true);
  request.query.from_us = request.options.from_us;
  request.query.to_us = request.options.to_us;
  if ((!flags.from.empty() && !request.options.from_us) ||
      (!flags.to.empty() && !request.options.to_us)) {
    return Error{
        "--from and --to take a date, or a date and time as the logs have it, without a zone: "
        "2026-11-22T20:15:00"};
  }
  return request;
}

fs::path target_of(const DatasetFlags& flags, int dimension) {
  const std::string name = fmt::format("training-dataset-{}d.npz", dimension);
  if (flags.output.empty()) return fs::path("datasets") / name;
  std::error_code error;
  if (fs::is_directory(flags.output, error)) return fs::path(flags.output) / name;
  return flags.output;
}

/// Collates, and puts the result in its place.
Result<Collation> make(const DatasetFlags& flags, const Request& request, LogChoice choice) {
  Collation made{.choice = std::move(choice), .options = request.options, .format = flags.format};
  made.target = target_of(flags, made.choice.dimension);
  const fs::path& target = made.target;
  std::error_code error;
  if (!flags.dry_run && target.has_parent_path()) {
    fs::create_directories(target.parent_path(), error);
    if (error) {
      return Error{
          fmt::format("{}: cannot be made: {}", target.parent_path().string(), error.message())};
    }
  }
  const fs::path beside =
      flags.dry_run ? fs::temp_directory_path(error) / target.filename() : target;
  const auto ours = platform::ScratchName::beside(beside, "collated");
  auto report = collate(made.choice, made.options, ours.path());
  if (!report) return report.error();
  made.report = std::move(*report);
  const auto perfs = platform::ScratchName::beside(target, "perfs");
  {
    const auto written = Dataset::open(ours.path());
    if (!written) return written.error();
    made.digest = written->digest();
    if (flags.dry_run) return made;
    if (flags.format == "impsy") {
      auto converted = write_impsy_dataset(perfs.path(), *written);
      if (!converted) return converted.error();
      // The takes have other names there.
      const auto again = Dataset::open(perfs.path());
      if (!again) return again.error();
      made.digest = again->digest();
    }
  }
  auto placed = place_dataset(flags.format == "impsy" ? perfs.path() : ours.path(), target);
  if (!placed) return placed.error();
  made.placed = std::move(*placed);
  return made;
}

}  // namespace

std::string dataset_options() {
  Options options;
  DatasetFlags flags;
  add_dataset_options(options, flags);
  return options.describe();
}

Exit run_dataset(const Command& command, const Arguments& arguments) {
  Options options;
  DatasetFlags flags;
  add_dataset_options(options, flags);
  if (const auto exit = options.parse(command, arguments)) return *exit;
  const auto request = read_flags(flags);
  if (!request) {
    complain(request.error().message);
    return Exit::usage;
  }
  auto choice = choose_logs(request->query);
  if (!choice) {
    complain(choice.error().message);
    return Exit::failed;
  }
  complain_of_faults(*choice);
  const auto made = make(flags, *request, std::move(*choice));
  if (!made) {
    complain(made.error().message);
    return Exit::failed;
  }
  const auto warnings = warnings_of(*made);
  if (flags.json) {
    fmt::print("{}\n",
               to_json(*made, warnings).dump(-1, ' ', false, Json::error_handler_t::replace));
  } else {
    print(*made);
  }
  for (const std::string& warning : warnings)
    complain("warning: " + warning);
  return Exit::done;
}

}  // namespace imps::cli
