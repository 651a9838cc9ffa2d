// Lines of comma-separated values out of a stream of bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace imps {

/// "0.5,0.25": the numbers; nothing when the line is something else. Spaces around numbers and a
/// carriage return at the end are allowed. At most 1024 values.
std::optional<std::vector<double>> read_values(std::string_view line);

/// "0.5000,0.2500\n", as IMPSY writes it.
std::string line_of(std::span<const double> values);

/// Puts lines together. A line of more than kLongest bytes is passed over to its end, and counted.
class LineReader {
 public:
  static constexpr std::size_t kLongest = 4096;

  /// The next whole line, without its end; nothing when there is none yet. Valid until the next
  /// call.
  std::optional<std::string_view> next();
  void put(std::span<const std::uint8_t> bytes);
  /// After a gap.
  void reset() noexcept;

  /// The line that next() gave was the first since reset(): its beginning may be missing.
  [[nodiscard]] bool is_first() const noexcept { return lines_ == 1; }
  [[nodiscard]] std::uint64_t too_long() const noexcept { return too_long_; }

 private:
  std::string text_;
  std::string line_;
  std::uint64_t lines_ = 0;
  std::uint64_t too_long_ = 0;
  bool passes_over_ = false;
};

}  // namespace imps
