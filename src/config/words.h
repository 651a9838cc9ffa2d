// Small languages of a line: words with spaces between them, and numbers.
#pragma once

#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

namespace imps {

/// The words of `text`; of more than `most`, the first most + 1.
std::vector<std::string_view> words_of(std::string_view text, std::size_t most);

/// The number that `word` is, whole; nothing when it is none.
template <class Number>
std::optional<Number> number_in(std::string_view word) {
  Number value{};
  const char* const end = word.data() + word.size();
  const auto [rest, error] = std::from_chars(word.data(), end, value);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return value;
}

}  // namespace imps
