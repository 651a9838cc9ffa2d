#include "config/toml_depth.h"

#include <algorithm>
#include <cstddef>

namespace imps {
namespace {

/// Index after the string or comment that starts at `at`, or the text's size.
std::size_t skip(std::string_view toml, std::size_t at) noexcept {
  const char quote = toml[at];
  if (quote == '#') return std::min(toml.find('\n', at), toml.size());

  const bool escapes = quote == '"';
  const char triple_marks[] = {quote, quote, quote};
  const std::string_view triple(triple_marks, 3);
  const bool multiline = toml.substr(at, 3) == triple;
  std::size_t i = at + (multiline ? 3 : 1);
  while (i < toml.size()) {
    if (escapes && toml[i] == '\\') {
      i += 2;
    } else if (!multiline && (toml[i] == quote || toml[i] == '\n')) {
      return i + 1;
    } else if (multiline && toml.substr(i, 3) == triple) {
      i += 3;
      // Up to two more quotes belong to the string: """a""""" holds a"".
      for (int extra = 0; extra < 2 && i < toml.size() && toml[i] == quote; ++extra)
        ++i;
      return i;
    } else {
      ++i;
    }
  }
  return toml.size();
}

TooDeep position(std::string_view toml, std::size_t at) noexcept {
  TooDeep place{1, 1};
  for (const char c : toml.substr(0, at)) {
    if (c == '\n') {
      ++place.line;
      place.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {  // not inside a character
      ++place.column;
    }
  }
  return place;
}

}  // namespace

std::optional<TooDeep> find_too_deep(std::string_view toml) noexcept {
  int dots = 0;
  std::size_t i = 0;
  while (i < toml.size()) {
    switch (toml[i]) {
      case '"':
      case '\'':
      case '#':
        i = skip(toml, i);
        continue;
      case '.':
        if (++dots >= kMostKeyParts) return position(toml, i);
        break;
      // Whatever ends a key, or starts the next one.
      case '=':
      case ',':
      case '[':
      case ']':
      case '{':
      case '}':
      case '\n':
        dots = 0;
        break;
      default:
        break;
    }
    ++i;
  }
  return std::nullopt;
}

}  // namespace imps
