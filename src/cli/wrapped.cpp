#include "cli/wrapped.h"

#include <algorithm>

namespace imps::cli {
namespace {

constexpr std::size_t kWidth = 80;

}  // namespace

std::string wrapped(std::string_view text, std::size_t indent) {
  std::string out;
  std::size_t column = 0;
  const std::string margin(indent, ' ');
  const auto put = [&](std::string_view word) {
    if (column == 0) {
      out += margin;
      column = indent;
    } else if (column + 1 + word.size() > kWidth) {
      out += '\n' + margin;
      column = indent;
    } else {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  };
  while (!text.empty()) {
    if (text.front() == '\n') {
      out += '\n';
      column = 0;
      text.remove_prefix(1);
      continue;
    }
    if (text.front() == ' ') {
      text.remove_prefix(1);
      continue;
    }
    const auto end = std::min(text.find_first_of(" \n"), text.size());
    put(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

}  // namespace imps::cli
