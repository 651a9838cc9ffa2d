// The first byte chooses: 0 a log, 1 its events, 2 its session file; the rest is the file.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "log/events.h"
#include "log/line_text.h"
#include "log/reader.h"
#include "log/session_file.h"
#include "log/summary.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// What was read from any bytes, written down and read again, is the same.
void try_log(std::string_view bytes) {
  const imps::Log log = imps::read_log_text(bytes);
  require(log.rows() == log.report.rows);
  require(log.report.rows + log.report.skipped <= log.report.lines);
  require(log.report.faults.size() <= 100);
  imps::LineText lines(0);
  std::string text;
  for (std::size_t k = 0; k < log.rows(); ++k) {
    for (const double x : log.row(k))
      require(std::isfinite(x));
    lines.append_row(text, imps::TimePoint(imps::Duration(log.local_us[k])), log.voices[k],
                     log.row(k));
  }
  const imps::Log again = imps::read_log_text(text, {.dimension = log.dimension()});
  require(again.values == log.values && again.voices == log.voices);
  const auto summary = imps::summarize(log);
  require(summary.performer_rows + summary.model_rows == log.rows());
}

void try_events(std::string_view bytes) {
  const auto read = imps::read_events_text(bytes);
  require(read.events.size() + read.skipped <= read.lines);
  imps::LineText lines(0);
  std::string text;
  for (const auto& event : read.events) {
    lines.append_event(text, event.at, event.rows, event.name, event.number.value_or(std::nan("")),
                       event.text);
  }
  const auto again = imps::read_events_text(text);
  require(again.skipped == 0 && again.events.size() == read.events.size());
  for (std::size_t k = 0; k < read.events.size(); ++k) {
    require(again.events[k].number == read.events[k].number);
    require(again.events[k].name == read.events[k].name);
  }
}

void try_session(std::string_view bytes) {
  const auto session = imps::parse_session(bytes);
  if (!session) return;
  imps::LogOptions options{.dimension = session->dimension,
                           .start = session->start,
                           .program = session->program,
                           .facts = session->facts};
  require(imps::check(options).has_value());
  const auto again = imps::parse_session(imps::session_text(options, session->log, session->end));
  require(again.has_value() && again->facts.size() == session->facts.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      try_log(bytes);
      break;
    case 1:
      try_events(bytes);
      break;
    default:
      try_session(bytes);
      break;
  }
  return 0;
}
