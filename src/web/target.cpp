#include "web/target.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

namespace imps {
namespace {

constexpr std::size_t kLongest = 4096;
constexpr std::size_t kMostParts = 16;

int digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// RFC 3986, "Percent-Encoding".
std::optional<std::string> decoded(std::string_view text) {
  std::string all;
  for (std::size_t k = 0; k < text.size(); ++k) {
    if (text[k] != '%') {
      all += text[k];
      continue;
    }
    if (text.size() - k < 3) return std::nullopt;
    const int high = digit(text[k + 1]);
    const int low = digit(text[k + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    all += static_cast<char>(high * 16 + low);
    k += 2;
  }
  return all;
}

bool is_name(std::string_view segment) noexcept {
  return !segment.empty() && segment != "." && segment != ".." &&
         segment.find_first_of(std::string_view("/\\\0", 3)) == std::string_view::npos;
}

/// What comes before `mark`, which is taken away with it.
std::string_view cut(std::string_view& rest, char mark) noexcept {
  const auto end = rest.find(mark);
  const std::string_view first = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return first;
}

}  // namespace

Result<RequestTarget> read_target(std::string_view target) {
  if (target.size() > kLongest)
    return Error{fmt::format("the path and the query are longer than {} bytes", kLongest)};
  if (!target.starts_with('/')) return Error{"the path does not begin with a slash"};
  const Error encoding{"after each % in the path and the query come two hexadecimal digits"};
  RequestTarget read;
  std::string_view query = target.substr(1);
  std::string_view path = cut(query, '?');
  while (!path.empty()) {
    auto segment = decoded(cut(path, '/'));
    if (!segment) return encoding;
    if (!is_name(*segment))
      return Error{"a part of the path is empty, '.' or '..', or holds a slash or a NUL"};
    if (read.path.size() == kMostParts)
      return Error{fmt::format("the path has more than {} parts", kMostParts)};
    read.path.push_back(std::move(*segment));
  }
  while (!query.empty()) {
    std::string_view value = cut(query, '&');
    const auto name = decoded(cut(value, '='));
    auto text = decoded(value);
    if (!name || !text) return encoding;
    if (read.query.size() == kMostParts)
      return Error{fmt::format("the query has more than {} parts", kMostParts)};
    read.query.insert_or_assign(*name, std::move(*text));
  }
  return Result<RequestTarget>(boost::system::in_place_value, std::move(read));
}

std::string_view cookie(std::string_view header, std::string_view name) noexcept {
  while (!header.empty()) {
    std::string_view value = cut(header, ';');
    while (value.starts_with(' '))
      value.remove_prefix(1);
    if (cut(value, '=') == name) return value;
  }
  return {};
}

}  // namespace imps
