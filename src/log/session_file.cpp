#include "log/session_file.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <imps/frame.h>

#include "log/file_source.h"
#include "log/line_text.h"

namespace imps {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "imps-session";
constexpr std::array<std::string_view, 9> kOwnKeys{
    "format", "version", "program", "log", "dimension", "start", "end", "rows", "events"};
constexpr std::array<std::string_view, 1> kOwnEndKeys{"dropped"};
constexpr int kMaxDepth = 32;

bool is_own(std::string_view key) {
  return std::find(kOwnKeys.begin(), kOwnKeys.end(), key) != kOwnKeys.end() ||
         std::find(kOwnEndKeys.begin(), kOwnEndKeys.end(), key) != kOwnEndKeys.end();
}

/// Builds the value as the parser goes, and refuses what is nested too deep or names a key twice.
class Checker {
 public:
  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kMaxDepth) fault_ = "nested too deep";
    if (event == Json::parse_event_t::object_start) keys_.emplace_back();
    if (event == Json::parse_event_t::object_end && !keys_.empty()) keys_.pop_back();
    if (event == Json::parse_event_t::key && !keys_.empty() &&
        !keys_.back().insert(parsed.get<std::string>()).second) {
      fault_ = "the key " + parsed.dump(-1, ' ', false, Json::error_handler_t::replace) +
               " stands there twice";
    }
    return fault_.empty();
  }
  [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

 private:
  std::string fault_;
  std::vector<std::set<std::string>> keys_;
};

Result<Json> parse(std::string_view text) {
  Checker checker;
  Json json = Json::parse(
      text,
      [&checker](int depth, Json::parse_event_t event, Json& parsed) {
        return checker(depth, event, parsed);
      },
      false);
  if (!checker.fault().empty()) return Error{checker.fault()};
  if (json.is_discarded()) return Error{"not JSON, or cut off"};
  return Result<Json>(boost::system::in_place_value, std::move(json));
}

Error wrong(std::string_view key, std::string_view expected) {
  return Error{fmt::format("\"{}\" is missing or not {}: the file is damaged", key, expected)};
}

Result<std::string> text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) return wrong(key, "a text");
  return {boost::system::in_place_value, found->get<std::string>()};
}

Result<std::uint64_t> count_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number_unsigned()) return wrong(key, "a count");
  return found->get<std::uint64_t>();
}

Result<WallTime> time_at(const Json& json, const char* key) {
  const auto text = text_at(json, key);
  const auto time = text ? parse_time(*text) : std::nullopt;
  if (!time || !time->offset_minutes) return wrong(key, "a time with its zone");
  return WallTime{time->local_us, *time->offset_minutes};
}

Result<SessionFile::End> parse_end(const Json& json) {
  SessionFile::End end;
  const auto time = time_at(json, "end");
  if (!time) return time.error();
  end.time = *time;
  const auto rows = json.find("rows");
  if (rows == json.end() || !rows->is_object()) return wrong("rows", "an object");
  const auto dropped = json.find("dropped");
  if (dropped == json.end() || !dropped->is_object()) return wrong("dropped", "an object");
  const auto read = [](const Json& from, const char* key, std::uint64_t& into) -> Result<void> {
    const auto count = count_at(from, key);
    if (!count) return count.error();
    into = *count;
    return {};
  };
  for (const auto& result :
       {read(*rows, "interface", end.performer_rows), read(*rows, "rnn", end.model_rows),
        read(json, "events", end.events), read(*dropped, "rows", end.dropped_rows),
        read(*dropped, "events", end.dropped_events)}) {
    if (!result) return result.error();
  }
  return end;
}

}  // namespace

std::filesystem::path sidecar(const std::filesystem::path& log, const std::string& ending) {
  std::filesystem::path path = log;
  path.replace_extension();
  path += ending;
  return path;
}

Result<void> check(const LogOptions& options) {
  if (options.dimension < kMinDimension || options.dimension > kMaxDimension) {
    return Error{fmt::format("a log of dimension {}: expected {} to {}", options.dimension,
                             kMinDimension, kMaxDimension)};
  }
  if (options.queue_bytes < 4096 || options.kept_bytes < 4096) {
    return Error{"a log's queue and memory have at least 4096 bytes"};
  }
  if (options.quota_bytes == std::uint64_t{0}) return Error{"a quota of 0 bytes for logs"};
  std::set<std::string> keys;
  for (const auto& fact : options.facts) {
    if (is_own(fact.key)) {
      return Error{fmt::format("session fact {}: the key is imps's own", json_text(fact.key))};
    }
    if (!keys.insert(fact.key).second) {
      return Error{fmt::format("session fact {}: given twice", json_text(fact.key))};
    }
    if (const auto json = parse(fact.json); !json) {
      return in("session fact " + json_text(fact.key), json.error());
    }
  }
  if (session_text(options, "", std::nullopt).size() > kMaxSessionBytes / 2) {
    return Error{"the session's facts are longer than a session file may be (1 MiB)"};
  }
  return {};
}

std::string session_text(const LogOptions& options, std::string_view log_name,
                         const std::optional<SessionFile::End>& end) {
  std::string text = fmt::format(
      "{{\n\"format\": {},\n\"version\": {},\n\"program\": {},\n\"log\": {},\n\"dimension\": {},\n"
      "\"start\": {}",
      json_text(kFormat), kSessionVersion, json_text(options.program), json_text(log_name),
      options.dimension, json_text(iso_text(options.start)));
  for (const auto& fact : options.facts) {
    text += fmt::format(",\n{}: {}", json_text(fact.key), fact.json);
  }
  if (end) {
    text += fmt::format(
        ",\n\"end\": {},\n\"rows\": {{\"interface\": {}, \"rnn\": {}}},\n\"events\": {},\n"
        "\"dropped\": {{\"rows\": {}, \"events\": {}}}",
        json_text(iso_text(end->time)), end->performer_rows, end->model_rows, end->events,
        end->dropped_rows, end->dropped_events);
  }
  return text + "\n}\n";
}

Result<SessionFile> parse_session(std::string_view text) {
  if (text.size() > kMaxSessionBytes) return Error{"longer than a session file may be (1 MiB)"};
  const auto json = parse(text);
  if (!json) return json.error();
  const auto format = json->is_object() ? json->find("format") : json->end();
  if (format == json->end() || *format != kFormat) {
    return Error{"not a session file of imps: its \"format\" is not \"imps-session\""};
  }
  const auto version = count_at(*json, "version");
  if (!version || *version == 0) return wrong("version", "a version");
  if (*version > static_cast<std::uint64_t>(kSessionVersion)) {
    return Error{fmt::format("session version {}, this imps reads up to {}: install a newer one",
                             *version, kSessionVersion)};
  }
  SessionFile file;
  file.version = static_cast<int>(*version);
  const auto program = text_at(*json, "program");
  if (!program) return program.error();
  file.program = *program;
  const auto log = text_at(*json, "log");
  if (!log) return log.error();
  file.log = *log;
  const auto dimension = count_at(*json, "dimension");
  if (!dimension || *dimension < kMinDimension || *dimension > kMaxDimension) {
    return wrong("dimension", "a dimension (2 to 129)");
  }
  file.dimension = static_cast<int>(*dimension);
  const auto start = time_at(*json, "start");
  if (!start) return start.error();
  file.start = *start;
  if (json->contains("end")) {
    const auto end = parse_end(*json);
    if (!end) return end.error();
    file.end = *end;
  }
  for (const auto& [key, value] : json->items()) {
    if (is_own(key)) continue;
    file.facts.push_back({key, value.dump(-1, ' ', false, Json::error_handler_t::replace)});
  }
  return file;
}

Result<SessionFile> read_session(const std::filesystem::path& path) {
  const auto source = FileSource::open(path);
  if (!source) return source.error();
  if (source->size() > kMaxSessionBytes) {
    return Error{path.string() + ": longer than a session file may be (1 MiB)"};
  }
  std::string text;
  const auto read = source->play([&text](std::string_view piece) { text += piece; });
  if (!read) return read.error();
  auto file = parse_session(text);
  if (!file) return in(path.string(), file.error());
  return file;
}

}  // namespace imps
