#include "log/events.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "log/file_source.h"
#include "log/line_splitter.h"
#include "log/row_parser.h"

namespace imps {
namespace {

using nlohmann::json;

/// The event of a line, or what is wrong with it.
Result<LogEvent> parse_event(std::string_view text) {
  constexpr int kMaxDepth = 4;
  const json line = json::parse(
      text, [](int depth, json::parse_event_t, json&) { return depth <= kMaxDepth; }, false);
  if (!line.is_object()) return Error{shown(text) + " is not a JSON object: skipped"};
  const auto missing = [](const char* key, const char* expected) {
    return Error{fmt::format("\"{}\" is missing or not {}: skipped", key, expected)};
  };
  LogEvent event;
  const auto at = line.find("at");
  if (at == line.end() || !at->is_number_integer()) return missing("at", "whole microseconds");
  if (at->is_number_unsigned() && at->get<std::uint64_t>() > INT64_MAX) {
    return missing("at", "a time");
  }
  event.at = TimePoint(Duration(at->get<std::int64_t>()));
  const auto rows = line.find("rows");
  if (rows == line.end() || !rows->is_number_unsigned()) return missing("rows", "a count");
  event.rows = rows->get<std::uint64_t>();
  const auto name = line.find("event");
  if (name == line.end() || !name->is_string()) return missing("event", "a text");
  event.name = name->get<std::string>();
  const auto number = line.find("number");
  if (number == line.end() || !(number->is_number() || number->is_null())) {
    return missing("number", "a number or null");
  }
  if (number->is_number()) event.number = number->get<double>();
  if (event.number && !std::isfinite(*event.number)) return missing("number", "finite");
  if (const auto words = line.find("text"); words != line.end()) {
    if (!words->is_string()) return missing("text", "a text");
    event.text = words->get<std::string>();
  }
  return event;
}

class EventReader {
 public:
  explicit EventReader(const LogReadOptions& options) : options_(options) {}

  void feed(std::string_view piece) {
    splitter_.feed(piece, [this](const Line& line) { on(line); });
  }

  LogEvents finish() {
    splitter_.finish([this](const Line& line) { on(line); });
    found_.lines = splitter_.lines();
    return std::move(found_);
  }

 private:
  void on(const Line& line) {
    if (line.too_long) return skip(line, fmt::format("longer than {} bytes: skipped", kMaxLogLine));
    if (!line.ended) return skip(line, "the file ends within this line: skipped");
    if (line.text.find_first_not_of(" \t\r") == std::string_view::npos) return;
    auto event = parse_event(line.text);
    if (!event) return skip(line, event.error().message);
    event->line = line.number;
    found_.events.push_back(*std::move(event));
  }

  void skip(const Line& line, std::string what) {
    ++found_.skipped;
    if (found_.faults.size() < options_.kept_faults) {
      found_.faults.push_back({line.number, std::move(what)});
    }
  }

  const LogReadOptions& options_;
  LineSplitter splitter_{kMaxLogLine};
  LogEvents found_;
};

}  // namespace

LogEvents read_events_text(std::string_view text, const LogReadOptions& options) {
  EventReader reader(options);
  reader.feed(text);
  return reader.finish();
}

Result<LogEvents> read_events(const std::filesystem::path& path, const LogReadOptions& options) {
  const auto source = FileSource::open(path);
  if (!source) return source.error();
  if (source->size() > kMaxEventsBytes) {
    return Error{fmt::format("{}: {} bytes, at most {} can be read: cut it into parts",
                             path.string(), source->size(), kMaxEventsBytes)};
  }
  EventReader reader(options);
  const auto played = source->play([&reader](std::string_view piece) { reader.feed(piece); });
  if (!played) return played.error();
  return reader.finish();
}

}  // namespace imps
