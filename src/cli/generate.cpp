#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/console.h"
#include "cli/options.h"
#include "cli/output_file.h"
#include "generate/frame_text.h"
#include "generate/phrase.h"
#include "generate/soloist.h"
#include "log/reader.h"
#include "platform/aside_file.h"
#include "platform/thread.h"
#include "session/model_choice.h"

namespace imps::cli {
namespace {

namespace fs = std::filesystem;

constexpr double kDefaultSeconds = 60;
constexpr double kMostSeconds = 1e9;  // thirty years
constexpr std::size_t kPiece = std::size_t{1} << 18;

/// 2000-01-01T00:00:00: a log without a phrase before it begins then, so that the same seed gives
/// the same bytes.
constexpr std::int64_t kLogStart = 946'684'800'000'000;

struct GenerateFlags {
  std::string model;
  std::optional<int> dimension;
  std::string models = "models";
  std::string output;
  std::optional<double> seconds;
  std::optional<std::int64_t> frames;
  std::int64_t seed = 0;
  double sigma_temperature = 0.01;
  double pi_temperature = 1;
  double surprise = 0.5;
  double timescale = 1;
  double max_rest = 5;
  std::string like;
  bool notes = false;
  bool force = false;
  bool json = false;
};

void add_generate_options(Options& options, GenerateFlags& flags) {
  options.positional("model", flags.model, "MODEL");
  options.value("-o,--output", flags.output, "FILE",
                "a .log, .csv or .mid file (else CSV to standard output)");
  options.value("--seconds", flags.seconds, "SECONDS",
                "how long to play (default 60, or as --frames says)");
  options.value("--frames", flags.frames, "N", "how many frames to play");
  options.value("--like", flags.like, "LOG", "begin where this performer's log ends");
  options.value("--seed", flags.seed, "N", "another one, other music (default 0)");
  options.value("--sigmatemp", flags.sigma_temperature, "T",
                "how far predictions stray, 0 or more (default 0.01)");
  options.value("--pitemp", flags.pi_temperature, "T",
                "how freely they choose between gestures, above 0 (default 1)");
  options.value("--surprise", flags.surprise, "S",
                "from 0, the most typical, to 1, the rarest of what it may play (default 0.5)");
  options.value("--timescale", flags.timescale, "X", "stretches time, up to 1000 (default 1)");
  options.value("--max-rest", flags.max_rest, "SECONDS",
                "the longest wait for a frame (default 5)");
  options.flag("--notes", flags.notes, ".mid: control 1 plays notes");
  options.value("-d,--dimension", flags.dimension, "D",
                "without MODEL: dt and the controls, 2 to 129");
  options.value("--models", flags.models, "FOLDER",
                "without MODEL: where models are (default models)");
  options.flag("--force", flags.force, "replace the file if it is there");
  options.flag("--json", flags.json, "the summary as JSON; needs --output");
}

/// What is wrong with the flags, or "".
std::string fault_of(const GenerateFlags& flags) {
  const auto within = [](double x, double least, double most) { return x >= least && x <= most; };
  constexpr double kMost = std::numeric_limits<double>::max();
  if (!within(flags.sigma_temperature, 0, kMost) ||
      !(flags.pi_temperature > 0 && flags.pi_temperature <= kMost)) {
    return "--sigmatemp takes 0 or more, --pitemp a number above 0";
  }
  if (!(flags.surprise >= 0 && flags.surprise <= 1)) return "--surprise takes a number from 0 to 1";
  if (!(flags.timescale > 0 && flags.timescale <= 1000))
    return "--timescale takes a number above 0, up to 1000";
  if (!within(flags.max_rest, 0.001, 3600)) return "--max-rest takes 0.001 to 3600 seconds";
  if (flags.seconds && !(*flags.seconds > 0 && *flags.seconds <= kMostSeconds))
    return "--seconds takes a number above 0, up to 1e9";
  if (flags.frames && *flags.frames < 1) return "--frames takes 1 or more";
  if (flags.seed < 0) return "--seed takes 0 or more";
  if (flags.dimension && (*flags.dimension < kMinDimension || *flags.dimension > kMaxDimension))
    return fmt::format("--dimension takes {} to {}", kMinDimension, kMaxDimension);
  if (flags.json && flags.output.empty())
    return "--json needs --output FILE: without it the frames take standard output";
  const std::string ending = fs::path(flags.output).extension().string();
  const bool midi = ending == ".mid" || ending == ".midi";
  if (!flags.output.empty() && !midi && ending != ".csv" && ending != ".log") {
    return fmt::format("{}: ends in none of .log, .csv and .mid, which say what to write",
                       flags.output);
  }
  if (flags.notes && !midi) return "--notes is for a .mid file: name one with --output";
  return {};
}

/// The newest model of any dimension in a folder.
Result<ChosenModel> newest_model(const fs::path& folder) {
  struct Found {
    fs::file_time_type written;
    fs::path path;
  };
  std::vector<Found> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code unreadable;
    const auto written = entry->last_write_time(unreadable);
    if (!unreadable && entry->is_regular_file(unreadable))
      found.push_back({written, entry->path()});
  }
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return a.written != b.written ? a.written > b.written : a.path < b.path;
  });
  for (const Found& candidate : found) {
    if (auto model = load_model(candidate.path, std::nullopt)) return model;
  }
  return Error{fmt::format("there is no model in {}/: name one, or give -d N for the built-in one",
                           folder.string())};
}

Result<ChosenModel> model_for(const GenerateFlags& flags) {
  if (!flags.model.empty()) return load_model(flags.model, flags.dimension);
  std::optional<int> dimension = flags.dimension;
  if (!dimension && !flags.like.empty()) {
    const auto report = read_log(flags.like, LogReadOptions{}, [](const LogRowView&) {});
    if (!report) return report.error();
    if (report->dimension < kMinDimension || report->dimension > kMaxDimension)
      return Error{flags.like + ": has no rows to tell its dimension: give -d N"};
    dimension = report->dimension;
  }
  if (!dimension) return newest_model(flags.models);
  ModelSettings settings;
  settings.folder = flags.models;
  return choose_model(settings, *dimension);
}

/// Where the pieces go.
class Sink {
 public:
  static Result<Sink> open(const std::string& path) {
    Sink sink;
    if (path.empty()) return sink;
    auto file = platform::AsideFile::begin(path);
    if (!file) return file.error();
    sink.file_ = std::move(*file);
    return sink;
  }
  Result<void> put(std::string& piece) {
    if (file_) {
      if (auto done = file_->append(std::as_bytes(std::span(piece))); !done) return done;
    } else if (std::fwrite(piece.data(), 1, piece.size(), stdout) != piece.size()) {
      return Error{"standard output cannot be written"};
    }
    piece.clear();
    return {};
  }
  Result<void> close(bool may_replace) {
    if (file_) return file_->keep(may_replace);
    if (std::fflush(stdout) != 0) return Error{"standard output cannot be written"};
    return {};
  }

 private:
  std::optional<platform::AsideFile> file_;
};

struct Summary {
  std::int64_t frames = 0;
  TimePoint last;
};

Result<Summary> play(const GenerateFlags& flags, Soloist& soloist, int dimension, FrameText& text) {
  auto sink = Sink::open(flags.output);
  if (!sink) return sink.error();
  const double most_seconds = flags.seconds  ? *flags.seconds
                              : flags.frames ? kMostSeconds
                                             : kDefaultSeconds;
  const TimePoint end = TimePoint{} + to_duration(Seconds{most_seconds});
  const std::int64_t most_frames = flags.frames.value_or(std::numeric_limits<std::int64_t>::max());
  Summary summary;
  std::string piece;
  text.begin(piece, dimension);
  while (summary.frames < most_frames) {
    const Soloist::Played frame = soloist.next();
    if (frame.at > end) break;
    text.add(piece, frame.at, frame.controls);
    summary.last = frame.at;
    ++summary.frames;
    if (piece.size() >= kPiece) {
      if (auto done = sink->put(piece); !done) return done.error();
    }
  }
  if (auto done = text.end(piece); !done) return in(flags.output, done.error());
  if (auto done = sink->put(piece); !done) return done.error();
  if (auto done = sink->close(flags.force); !done) return done.error();
  return summary;
}

std::unique_ptr<FrameText> text_for(const GenerateFlags& flags, std::int64_t log_start) {
  const std::string ending = fs::path(flags.output).extension().string();
  if (ending == ".log") return log_text(log_start);
  if (ending == ".mid" || ending == ".midi") return midi_text(flags.notes);
  return csv_text();
}

void report(const GenerateFlags& flags, const ChosenModel& model, const Summary& summary,
            double took) {
  const double seconds = to_seconds(summary.last.time_since_epoch()).count();
  const double ratio = took > 0 ? seconds / took : 0;
  if (flags.json) {
    fmt::print("{}\n", nlohmann::ordered_json{{"output", flags.output},
                                              {"model", model.name},
                                              {"digest", model.digest},
                                              {"dimension", model.model->dimension()},
                                              {"seed", flags.seed},
                                              {"frames", summary.frames},
                                              {"seconds", seconds},
                                              {"took_seconds", took},
                                              {"ratio", ratio}}
                           .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    return;
  }
  const std::string line = fmt::format("{} frames, {:.1f} s by {} in {:.4f} s ({:.0f} × faster)",
                                       summary.frames, seconds, model.name, took, ratio);
  if (flags.output.empty()) {
    complain(line);
  } else {
    fmt::print("{}: {}\n", flags.output, line);
  }
}

}  // namespace

std::string generate_options() {
  Options options;
  GenerateFlags flags;
  add_generate_options(options, flags);
  return options.describe();
}

Exit run_generate(const Command& command, const Arguments& arguments) {
  Options options;
  GenerateFlags flags;
  add_generate_options(options, flags);
  if (const auto exit = options.parse(command, arguments)) return *exit;
  if (const std::string fault = fault_of(flags); !fault.empty()) {
    complain(fault);
    return Exit::usage;
  }
  const auto failed = [](const Error& error) {
    complain(error.message);
    return Exit::failed;
  };
  if (!flags.output.empty()) {
    if (const auto free = may_write(flags.output, flags.force); !free) return failed(free.error());
  }
  const auto model = model_for(flags);
  if (!model) return failed(model.error());
  for (const std::string& warning : model->warnings)
    complain(warning);
  if (flags.model.empty() && !model->why.empty())
    complain(fmt::format("{}: {}", model->name, model->why));

  platform::flush_denormals();
  Soloist soloist(*model->model,
                  {.seed = static_cast<std::uint64_t>(flags.seed),
                   .temperatures = {.sigma = flags.sigma_temperature, .pi = flags.pi_temperature},
                   .surprise = flags.surprise,
                   .timescale = flags.timescale,
                   .max_rest = Seconds{flags.max_rest}});
  std::int64_t log_start = kLogStart;
  if (!flags.like.empty()) {
    const auto phrase =
        hear_phrase(soloist, model->model->dimension(), Seconds{flags.max_rest}, flags.like);
    if (!phrase) return failed(phrase.error());
    log_start = phrase->last_local_us;
    if (phrase->skipped > 0)
      complain(fmt::format("{}: {} damaged lines were skipped: 'imps inspect' lists them",
                           flags.like, phrase->skipped));
  }
  const auto text = text_for(flags, log_start);
  const auto began = std::chrono::steady_clock::now();
  const auto summary = play(flags, soloist, model->model->dimension(), *text);
  if (!summary) return failed(summary.error());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  report(flags, *model, *summary, took.count());
  return Exit::done;
}

}  // namespace imps::cli
