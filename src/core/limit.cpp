#include <algorithm>
#include <array>
#include <bitset>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include <fmt/format.h>

#include <imps/limit.h>

#include "core/nearest.h"

namespace imps {
namespace {

/// Pitch classes from the root, as a mask: bit 0 is the root.
constexpr std::array<std::pair<std::string_view, unsigned>, 13> kScales{{
    {"major", 0b1010'1011'0101},
    {"minor", 0b0101'1010'1101},
    {"dorian", 0b0110'1010'1101},
    {"phrygian", 0b0101'1010'1011},
    {"lydian", 0b1010'1101'0101},
    {"mixolydian", 0b0110'1011'0101},
    {"locrian", 0b0101'0110'1011},
    {"harmonic", 0b1001'1010'1101},
    {"melodic", 0b1010'1010'1101},
    {"pentatonic", 0b0010'1001'0101},
    {"blues", 0b0100'1110'1001},
    {"whole", 0b0101'0101'0101},
    {"chromatic", 0b1111'1111'1111},
}};
constexpr int kNotes = 128;
constexpr std::size_t kMostWords = 5;

/// The words of a clause; nothing when there are more than any clause has.
struct Words {
  std::array<std::string_view, kMostWords> at{};
  std::size_t count = 0;
  bool is_too_long = false;
};

Words words_of(std::string_view text) {
  Words words;
  while (true) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return words;
    const auto end = std::min(text.find_first_of(" \t", begin), text.size());
    if (words.count == kMostWords) {
      words.is_too_long = true;
      return words;
    }
    words.at[words.count++] = text.substr(begin, end - begin);
    text.remove_prefix(end);
  }
}

std::optional<double> number_in(std::string_view word) {
  double number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc{} || end != word.data() + word.size() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

std::optional<int> whole_in(std::string_view word) {
  const auto number = number_in(word);
  if (!number || *number != std::floor(*number) || std::abs(*number) > 1e6) return std::nullopt;
  return static_cast<int>(*number);
}

/// C is 0, B is 11; "c#", "Db", "F#".
std::optional<int> root_in(std::string_view word) {
  constexpr std::array kNaturals{9, 11, 0, 2, 4, 5, 7};  // A to G
  if (word.empty() || word.size() > 2) return std::nullopt;
  const char letter = static_cast<char>(word[0] | 0x20);
  if (letter < 'a' || letter > 'g') return std::nullopt;
  int root = kNaturals[static_cast<std::size_t>(letter - 'a')];
  if (word.size() == 2) {
    if (word[1] != '#' && word[1] != 'b') return std::nullopt;
    root += word[1] == '#' ? 1 : 11;
  }
  return root % 12;
}

Error wrong(std::string_view clause, std::string_view how) {
  return Error{fmt::format("\"{}\" {}", clause.substr(0, 64), how)};
}

enum Clause { range, steps, sigma, sparse, hold, kClauses };
constexpr std::array<std::string_view, 5> kClauseNames{"steps", "scale", "sigma", "sparse", "hold"};

class Reader {
 public:
  explicit Reader(bool is_dt) : is_dt_(is_dt) {
    if (is_dt) limit_.most = std::numeric_limits<double>::infinity();
  }

  Result<Limit> read(std::string_view text) {
    for (bool more = words_of(text).count > 0; more;) {
      const auto comma = text.find(',');
      const std::string_view clause = text.substr(0, comma);
      if (auto taken = take(clause); !taken) return taken.error();
      more = comma != std::string_view::npos;
      if (more) text.remove_prefix(comma + 1);
    }
    if (limit_.step_count > 0) {
      const std::span all = std::span(limit_.steps).first(limit_.step_count);
      if (std::ranges::none_of(all,
                               [this](double x) { return x >= limit_.least && x <= limit_.most; }))
        return Error{"none of the steps is within the bounds: widen them"};
    }
    return Result<Limit>(boost::system::in_place_value, limit_);
  }

 private:
  Result<void> take(std::string_view clause) {
    const Words words = words_of(clause);
    const auto& word = words.at;
    if (words.is_too_long) return unknown(clause);
    if (words.count == 3 && word[1] == "to") return take_range(clause, word[0], word[2]);
    if (words.count == 2 && word[0] == "sigma") return take_sigma(clause, word[1]);
    if (is_dt_) return unknown(clause);
    if (words.count == 2 && word[0] == "steps") return take_steps(clause, word[1]);
    if ((words.count == 3 || words.count == 5) && word[0] == "scale")
      return take_scale(clause, std::span(word).first(words.count));
    if (words.count == 2 && word[0] == "sparse") return take_sparse(clause, word[1]);
    if (words.count >= 1 && words.count <= 2 && word[0] == "hold")
      return take_hold(clause, std::span(word).first(words.count));
    return unknown(clause);
  }

  [[nodiscard]] Result<void> unknown(std::string_view clause) const {
    if (is_dt_) return wrong(clause, "is no limit of dt: give \"0.1 to 2\" or \"sigma 0.2\"");
    const Words words = words_of(clause);
    const std::string meant = words.count > 0 ? did_you_mean(words.at[0], kClauseNames) : "";
    return wrong(clause, "is no limit" + meant +
                             ": give \"0.2 to 0.8\", \"steps 8\", \"scale C minor\", "
                             "\"sigma 0.2\", \"sparse 0.3\" or \"hold\"");
  }

  Result<void> once(Clause clause, std::string_view text) {
    if (seen_.test(clause)) return wrong(text, "comes after another of its kind");
    seen_.set(clause);
    return {};
  }

  Result<void> take_range(std::string_view clause, std::string_view from, std::string_view to) {
    const auto least = number_in(from);
    const auto most = number_in(to);
    const double top = is_dt_ ? 3600 : 1;
    if (!least || !most || *least < 0 || *most > top || !(*least < *most))
      return wrong(clause, is_dt_ ? "takes two numbers of seconds from 0 to 3600, rising"
                                  : "takes two numbers from 0 to 1, rising");
    limit_.least = *least;
    limit_.most = *most;
    return once(Clause::range, clause);
  }

  Result<void> take_sigma(std::string_view clause, std::string_view word) {
    const auto number = number_in(word);
    if (!number || *number < 0) return wrong(clause, "takes a number, 0 or more");
    limit_.sigma = *number;
    return once(Clause::sigma, clause);
  }

  Result<void> take_steps(std::string_view clause, std::string_view word) {
    const auto count = whole_in(word);
    if (!count || *count < 2 || *count > static_cast<int>(Limit::kMostSteps))
      return wrong(clause, "takes a whole number from 2 to 128");
    for (int k = 0; k < *count; ++k)
      add_step(static_cast<double>(k) / (*count - 1));
    return once(Clause::steps, clause);
  }

  Result<void> take_scale(std::string_view clause, std::span<const std::string_view> word) {
    const auto root = root_in(word[1]);
    if (!root) return wrong(clause, "has no root: give C, C#, Db, D … B");
    const auto* const scale =
        std::ranges::find(kScales, word[2], [](const auto& s) { return s.first; });
    if (scale == kScales.end()) {
      std::array<std::string_view, kScales.size()> names;
      std::ranges::transform(kScales, names.begin(), [](const auto& s) { return s.first; });
      return wrong(clause, "has no scale" + did_you_mean(word[2], names));
    }
    const auto first = word.size() == 5 ? whole_in(word[3]) : 0;
    const auto last = word.size() == 5 ? whole_in(word[4]) : kNotes - 1;
    if (!first || !last || *first < 0 || *last >= kNotes || *first >= *last)
      return wrong(clause, "takes two notes from 0 to 127, rising");
    for (int note = *first; note <= *last; ++note)
      if ((scale->second >> ((note - *root + 12) % 12) & 1U) != 0)
        add_step(static_cast<double>(note - *first) / (*last - *first));
    if (limit_.step_count == 0) return wrong(clause, "has no note between these two");
    return once(Clause::steps, clause);
  }

  Result<void> take_sparse(std::string_view clause, std::string_view word) {
    const auto number = number_in(word);
    if (!number || *number <= 0 || *number > 1)
      return wrong(clause, "takes a number above 0 and at most 1");
    limit_.chance = *number;
    return once(Clause::sparse, clause);
  }

  Result<void> take_hold(std::string_view clause, std::span<const std::string_view> word) {
    limit_.is_held = true;
    if (word.size() == 2) {
      limit_.held_at = number_in(word[1]);
      if (!limit_.held_at || *limit_.held_at < 0 || *limit_.held_at > 1)
        return wrong(clause, "takes a number from 0 to 1");
    }
    return once(Clause::hold, clause);
  }

  void add_step(double value) {
    if (limit_.step_count < Limit::kMostSteps) limit_.steps[limit_.step_count++] = value;
  }

  bool is_dt_;
  Limit limit_;
  std::bitset<kClauses> seen_;
};

}  // namespace

Result<Limit> limit_from_text(std::string_view text) { return Reader(false).read(text); }

Result<Limit> dt_limit_from_text(std::string_view text) { return Reader(true).read(text); }

}  // namespace imps
