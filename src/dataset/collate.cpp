#include "dataset/collate.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "dataset/writer.h"
#include "log/events.h"
#include "log/session_file.h"

namespace imps {
namespace {

constexpr std::size_t kRowsAtOnce = 1024;

/// Gives every row of the performer that the options let through, and how it follows, to
/// `use(row, step)`. Counts what it leaves out.
template <class Use>
Result<void> for_rows(const FoundLog& log, const CollateOptions& options, CollatedLog& counts,
                      Use&& use) {
  std::int64_t from = options.from_us.value_or(INT64_MIN);
  std::int64_t to = options.to_us.value_or(INT64_MAX);
  if (options.trim > Duration{}) {
    from = std::max(from, log.first_us + options.trim.count());
    to = std::min(to, log.last_us - options.trim.count() + 1);
  }
  PhraseRules rules = options.phrases;
  if (options.like_impsy) rules.gap.reset();
  Phrases phrases(rules);
  const auto read = read_log(log.path, {.dimension = log.report.dimension, .kept_faults = 0},
                             [&](const LogRowView& row) {
                               if (row.voice != Voice::performer) return;
                               if (row.local_us < from || row.local_us >= to) {
                                 ++counts.outside;
                                 return;
                               }
                               const Phrases::Step step = phrases.next(row.local_us);
                               counts.backwards += step.backwards ? 1 : 0;
                               use(row, step);
                             });
  if (!read) return read.error();
  return {};
}

/// The phrases of a whole log, and which of them a mark says are not wanted.
class UnwantedPhrases {
 public:
  void begin(std::uint64_t line) { starts_.push_back(line); }
  /// The phrase that has the line, or else the one right before.
  void leave_out(std::uint64_t line) {
    if (const auto phrase = phrase_of(line)) unwanted_.insert(*phrase);
  }
  [[nodiscard]] bool contains(std::uint64_t line) const {
    const auto phrase = phrase_of(line);
    return phrase && unwanted_.contains(*phrase);
  }

 private:
  [[nodiscard]] std::optional<std::ptrdiff_t> phrase_of(std::uint64_t line) const {
    const auto after = std::ranges::upper_bound(starts_, line);
    if (after == starts_.begin()) return std::nullopt;
    return after - starts_.begin() - 1;
  }

  std::vector<std::uint64_t> starts_;  // lines of the log, which has a row in each
  std::set<std::ptrdiff_t> unwanted_;
};

/// The phrases that a mark came in, or else right after.
Result<UnwantedPhrases> unwanted_phrases(const FoundLog& log, const CollateOptions& options) {
  UnwantedPhrases unwanted;
  const auto path = sidecar(log.path, ".events.jsonl");
  std::error_code error;
  if (options.like_impsy || !std::filesystem::exists(path, error)) return unwanted;
  const auto events = read_events(path);
  if (!events) return events.error();
  std::vector<std::uint64_t> marks;
  for (const LogEvent& event : events->events) {
    if (event.name == "mark" && is_unwanted(event.text)) marks.push_back(event.rows);
  }
  if (marks.empty()) return unwanted;

  // What times leave out is marked all the same.
  CollateOptions whole = options;
  whole.from_us.reset();
  whole.to_us.reset();
  whole.trim = {};
  CollatedLog ignored;
  auto done =
      for_rows(log, whole, ignored, [&unwanted](const LogRowView& row, const Phrases::Step& step) {
        if (step.begins) unwanted.begin(row.line);
      });
  if (!done) return done.error();
  // `rows` came before the mark: the last of them is in line `rows`.
  for (const std::uint64_t rows : marks)
    unwanted.leave_out(rows);
  return unwanted;
}

class Collation {
 public:
  Collation(const CollateOptions& options, DatasetWriter& writer, int dimension)
      : options_(options), writer_(writer), summarizer_(dimension) {}

  Result<CollatedLog> add(const FoundLog& log) {
    const auto unwanted = unwanted_phrases(log, options_);
    if (!unwanted) return unwanted.error();
    CollatedLog one{.path = log.path};
    const std::string name = log.path.filename().string();
    std::uint64_t phrase = 0;  // from 1
    bool in_take = false;      // a take has been begun for it
    bool leave_out = false;
    Result<void> written;
    auto read = for_rows(log, options_, one, [&](const LogRowView& row, const Phrases::Step& step) {
      if (!written) return;
      if (step.begins) {
        written = flush();
        leave_out = unwanted->contains(row.line);
        in_take = false;
        ++phrase;
      }
      if (leave_out) {
        ++one.marked;
        return;
      }
      if (step.begins) {
        ++one.beginnings;
        return;
      }
      if (!in_take) {
        in_take = true;
        ++one.takes;
        begin_take(phrase == 1 ? name : fmt::format("{}#{}", name, phrase));
      }
      ++one.rows;
      one.seconds += step.dt;
      take_row(row, step.dt, one);
      if (buffer_.size() >= kRowsAtOnce * row.values.size() && written) written = flush();
    });
    if (!read) return read.error();
    if (written) written = flush();
    if (!written) return written.error();
    return one;
  }

  [[nodiscard]] DatasetSummary summary() const { return summarizer_.summary(); }

 private:
  void begin_take(std::string name) {
    writer_.begin_take(std::move(name));
    summarizer_.begin_take();
  }

  void take_row(const LogRowView& row, double dt, CollatedLog& one) {
    buffer_.push_back(static_cast<float>(dt));
    for (const double x : row.values) {
      const double kept = options_.like_impsy ? x : std::clamp(x, 0.0, 1.0);
      one.clamped += kept != x ? 1 : 0;
      buffer_.push_back(static_cast<float>(kept));
    }
  }

  Result<void> flush() {
    if (buffer_.empty()) return {};
    summarizer_.add(buffer_);
    auto added = writer_.add(buffer_);
    buffer_.clear();
    return added;
  }

  const CollateOptions& options_;
  DatasetWriter& writer_;
  DatasetSummarizer summarizer_;
  std::vector<float> buffer_;
};

}  // namespace

bool is_unwanted(std::string_view mark) noexcept {
  constexpr std::array<std::string_view, 6> kUnwanted{"not that",  "not this", "leave out",
                                                      "forget it", "delete",   "bad"};
  const auto same = [mark](std::string_view word) {
    return std::ranges::equal(mark, word, [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) == b;
    });
  };
  return std::ranges::any_of(kUnwanted, same);
}

Result<CollateReport> collate(const LogChoice& choice, const CollateOptions& options,
                              const std::filesystem::path& path) {
  auto writer = DatasetWriter::create(path, choice.dimension);
  if (!writer) return writer.error();
  Collation collation(options, *writer, choice.dimension);
  CollateReport report;
  std::uint64_t beginnings = 0;
  for (const FoundLog& log : choice.logs) {
    auto one = collation.add(log);
    if (!one) return one.error();
    beginnings += one->beginnings;
    report.logs.push_back(std::move(*one));
  }
  if (writer->rows() == 0) {
    return Error{
        beginnings > 0
            ? "no row follows another closely enough to have a dt: there is nothing to learn "
              "from; play on, or allow longer rests with --gap"
            : "no row is left by the times and marks: nothing was written"};
  }
  if (auto finished = writer->finish(); !finished) return finished.error();
  report.summary = collation.summary();
  return report;
}

}  // namespace imps
