#include "session/standing.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "log/session_file.h"
#include "session/facts.h"

namespace imps {
namespace {

namespace fs = std::filesystem;

/// What has a value that stays until another one is set.
constexpr std::array<std::string_view, 17> kLasting{
    "mode",  "sharedhands", "sigmatemp", "pitemp",    "surprise", "tempo",
    "grid",  "snap",        "timescale", "threshold", "maxrest",  "release",
    "glide", "seed",        "limit",     "mute",      "pause"};

/// Clocks of files are coarse.
constexpr std::chrono::seconds kFileClockSlack{5};

/// Whether anything of the take was written within the last `span`.
bool is_written_within(std::chrono::system_clock::duration span, const fs::path& log) {
  const auto now = fs::file_time_type::clock::now();
  for (const char* const ending : {".log", ".events.jsonl", ".session.json"}) {
    std::error_code error;
    const auto written = fs::last_write_time(sidecar(log, ending), error);
    if (!error && now - written <= span + kFileClockSlack) return true;
  }
  return false;
}

}  // namespace

std::optional<Command> command_of(const LogEvent& event) {
  if (event.name == "model" || event.name == "scene") return std::nullopt;
  Result<Command> made = [&] {
    if (event.name == "limit") {
      return make_command(event.name, std::array<CommandArgument, 2>{event.number.value_or(-1),
                                                                     std::string_view(event.text)});
    }
    const bool textual = event.name == "mode";
    return make_command(event.name,
                        std::array{textual ? CommandArgument(std::string_view(event.text))
                                           : CommandArgument(event.number.value_or(0))});
  }();
  return made ? std::optional(std::move(*made)) : std::nullopt;
}

Result<Standing> read_standing(const fs::path& log) {
  const auto session = read_session(sidecar(log, ".session.json"));
  if (!session) return session.error();
  const auto facts = read_facts(session->facts);
  if (!facts) return in(sidecar(log, ".session.json").string(), facts.error());
  Standing standing{.log = log,
                    .dimension = session->dimension,
                    .scene = "",
                    .model = facts->model_path,
                    .commands = {}};
  // A take without events was not steered.
  const auto read = read_events(sidecar(log, ".events.jsonl"));
  if (!read) return standing;

  std::map<std::pair<std::string, double>, const LogEvent*> last;  // of each kind, and control
  Mode mode = facts->settings.interaction.mode;
  bool models = false;
  for (const LogEvent& event : read->events) {
    if (event.name == "scene") standing.scene = event.text;
    if (event.name == "model") {
      const auto space = event.text.find(' ');
      standing.model = space == std::string::npos ? "" : event.text.substr(space + 1);
    }
    if (event.name == "mode") mode = mode_from_name(event.text).value_or(mode);
    if (event.name == "hand_over") models = event.text == "model";
    if (std::find(kLasting.begin(), kLasting.end(), event.name) != kLasting.end())
      last[{event.name, event.name == "limit" ? event.number.value_or(0) : 0}] = &event;
  }
  const auto add = [&](std::string_view name) {
    for (const auto& [kind, event] : last) {
      if (kind.first != name) continue;
      if (auto command = command_of(*event)) standing.commands.push_back(std::move(*command));
    }
  };
  for (const std::string_view name : kLasting) {
    if (name == "mute" && models &&
        !(mode == Mode::battle && facts->settings.interaction.start_now)) {
      // A model that was playing goes on; where it begins by itself, this would stop it.
      standing.commands.push_back({.kind = Command::Kind::hand_over});
    }
    add(name);
  }
  return standing;
}

std::optional<Standing> newest_standing(const fs::path& folder,
                                        std::chrono::system_clock::time_point since) {
  std::vector<fs::path> logs;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().extension() == ".log") logs.push_back(entry->path());
  }
  std::sort(logs.begin(), logs.end(), std::greater<>());  // names sort by time
  const auto span = std::chrono::system_clock::now() - since;
  for (const fs::path& log : logs) {
    const auto session = read_session(sidecar(log, ".session.json"));
    if (!session) continue;
    if (session->end || !is_written_within(span, log)) return std::nullopt;
    auto standing = read_standing(log);
    if (!standing) return std::nullopt;
    return std::move(*standing);
  }
  return std::nullopt;
}

std::vector<Command> steering(const Performer& last, Voice voice, const Performer& next,
                              TimePoint at) {
  std::vector<Command> commands;
  const PerformerSettings& then = last.settings();
  const PerformerSettings& now = next.settings();
  const auto set = [&commands](Command::Kind kind, double wanted, double there) {
    if (wanted != there) commands.push_back({.kind = kind, .number = wanted});
  };
  if (then.mode != now.mode) commands.push_back({.kind = Command::Kind::mode, .mode = then.mode});
  set(Command::Kind::shared_hands, then.shared ? 1 : 0, now.shared ? 1 : 0);
  set(Command::Kind::sigma_temperature, then.temperatures.sigma, now.temperatures.sigma);
  set(Command::Kind::pi_temperature, then.temperatures.pi, now.temperatures.pi);
  set(Command::Kind::surprise, then.surprise, now.surprise);
  set(Command::Kind::tempo, then.beat.tempo, now.beat.tempo);
  set(Command::Kind::grid, then.beat.grid, now.beat.grid);
  set(Command::Kind::snap, then.beat.snap, now.beat.snap);
  if (then.beat.draws())
    commands.push_back(
        {.kind = Command::Kind::beat, .number = until_a_beat(then.beat, at).count()});
  set(Command::Kind::timescale, then.timescale, now.timescale);
  set(Command::Kind::threshold, then.threshold.count(), now.threshold.count());
  set(Command::Kind::max_rest, then.max_rest.count(), now.max_rest.count());
  set(Command::Kind::release, then.release.count(), now.release.count());
  set(Command::Kind::glide, then.glide.count(), now.glide.count());
  if (then.seed != now.seed) commands.push_back({.kind = Command::Kind::seed, .seed = then.seed});
  if (voice == Voice::model && !(then.mode == Mode::battle && now.start_now))
    commands.push_back({.kind = Command::Kind::hand_over});
  set(Command::Kind::mute, last.muted() ? 1 : 0, next.muted() ? 1 : 0);
  set(Command::Kind::pause, last.paused() ? 1 : 0, next.paused() ? 1 : 0);
  return commands;
}

std::string words(const Standing& standing) {
  std::string text = standing.scene.empty() ? "" : "scene " + standing.scene;
  for (const Command& command : standing.commands) {
    if (command.kind == Command::Kind::hand_over) continue;
    text += text.empty() ? "" : ", ";
    text += name(command.kind);
    switch (command.kind) {
      case Command::Kind::mode:
        text += fmt::format(" {}", name(command.mode));
        break;
      case Command::Kind::seed:
        text += fmt::format(" {}", command.seed);
        break;
      case Command::Kind::limit:
        text += fmt::format(" {:g} {}", command.number, command.text);
        break;
      default:
        text += fmt::format(" {:g}", command.number);
    }
  }
  return text;
}

}  // namespace imps
