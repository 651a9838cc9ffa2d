#include "model/files/path_order.h"

#include <cstddef>

namespace imps::files {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The run of digits at the front of `text`, without leading zeros; taken off `text`.
std::string_view take_number(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && is_digit(text[end]))
    ++end;
  std::string_view digits = text.substr(0, end);
  text.remove_prefix(end);
  while (digits.size() > 1 && digits.front() == '0')
    digits.remove_prefix(1);
  return digits;
}

// Negative, zero or positive as `a` comes before, with or after `b`.
int compare(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (is_digit(a.front()) && is_digit(b.front())) {
      const std::string_view left = take_number(a);
      const std::string_view right = take_number(b);
      if (left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
      if (const int order = left.compare(right); order != 0) return order;
    } else {
      if (a.front() != b.front()) return a.front() < b.front() ? -1 : 1;
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  return static_cast<int>(!a.empty()) - static_cast<int>(!b.empty());
}

}  // namespace

std::vector<std::string_view> path_parts(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::size_t end = path.find_first_of("/\\");
    if (end != 0) parts.push_back(path.substr(0, end));
    if (end == std::string_view::npos) break;
    path.remove_prefix(end + 1);
  }
  return parts;
}

bool comes_before(std::string_view a, std::string_view b) {
  const auto left = path_parts(a);
  const auto right = path_parts(b);
  for (std::size_t i = 0; i < left.size() && i < right.size(); ++i) {
    if (const int order = compare(left[i], right[i]); order != 0) return order < 0;
  }
  return left.size() < right.size();
}

}  // namespace imps::files
