#include "interface/serial/line_reader.h"

#include <charconv>
#include <iterator>
#include <system_error>

#include <fmt/format.h>

namespace imps {
namespace {

constexpr std::size_t kMostValues = 1024;
constexpr std::string_view kSpace = " \t\r";

std::string_view trimmed(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

std::optional<std::vector<double>> read_values(std::string_view line) {
  std::vector<double> values;
  while (true) {
    const auto comma = line.find(',');
    std::string_view word = trimmed(line.substr(0, comma));
    if (word.starts_with('+')) word.remove_prefix(1);
    double value = 0;
    const char* const end = word.data() + word.size();
    const auto [rest, error] = std::from_chars(word.data(), end, value);
    if (error != std::errc{} || rest != end || values.size() >= kMostValues) return std::nullopt;
    values.push_back(value);
    if (comma == std::string_view::npos) return values;
    line.remove_prefix(comma + 1);
  }
}

std::string line_of(std::span<const double> values) {
  std::string line;
  for (const double value : values)
    fmt::format_to(std::back_inserter(line), "{}{:.4f}", line.empty() ? "" : ",", value);
  return line + '\n';
}

std::optional<std::string_view> LineReader::next() {
  while (true) {
    const auto end = text_.find('\n');
    if (end == std::string::npos) {
      if (text_.size() > kLongest) {
        text_.clear();
        if (!passes_over_) ++too_long_;
        passes_over_ = true;
      }
      return std::nullopt;
    }
    line_.assign(text_, 0, end);
    text_.erase(0, end + 1);
    ++lines_;
    if (passes_over_ || line_.size() > kLongest) {
      if (!passes_over_) ++too_long_;
      passes_over_ = false;
      continue;
    }
    if (trimmed(line_).empty()) continue;
    return line_;
  }
}

void LineReader::put(std::span<const std::uint8_t> bytes) {
  text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void LineReader::reset() noexcept {
  text_.clear();
  lines_ = 0;
  passes_over_ = false;
}

}  // namespace imps
