#include <algorithm>
#include <iterator>
#include <string_view>

// Last: see there.
#include "config/toml_document.h"

namespace imps {

TomlDocument::TomlDocument(std::string_view text, const toml::table& root)
    : text_(text), root_(root) {
  if (text.starts_with("\xef\xbb\xbf")) start_ = 3;
  lines_.push_back(start_);
  for (std::size_t at = start_; (at = text.find('\n', at)) != std::string_view::npos;)
    lines_.push_back(++at);
  walk(root);
  std::sort(headers_.begin(), headers_.end());
}

std::string_view TomlDocument::line_end() const {
  const std::size_t first = text_.find('\n');
  return first != std::string_view::npos && first > 0 && text_[first - 1] == '\r' ? "\r\n" : "\n";
}

// toml++ counts lines and characters from 1, and not the byte order mark.
std::size_t TomlDocument::offset(const toml::source_position& position) const {
  if (position.line < 1 || position.line > lines_.size()) return text_.size();
  std::size_t at = lines_[position.line - 1];
  for (auto left = position.column; left > 1 && at < text_.size(); --left) {
    ++at;
    while (at < text_.size() && (static_cast<unsigned char>(text_[at]) & 0xC0U) == 0x80U)
      ++at;
  }
  return at;
}

std::size_t TomlDocument::begin(const toml::node& node) const {
  return offset(node.source().begin);
}
std::size_t TomlDocument::end(const toml::node& node) const { return offset(node.source().end); }

std::size_t TomlDocument::line_begin(std::size_t at) const {
  return *std::prev(std::upper_bound(std::next(lines_.begin()), lines_.end(), at));
}
std::size_t TomlDocument::line_after(std::size_t at) const {
  const auto next = std::upper_bound(lines_.begin(), lines_.end(), at);
  return next == lines_.end() ? text_.size() : *next;
}

std::size_t TomlDocument::next_header(std::size_t at) const {
  const auto next = std::upper_bound(headers_.begin(), headers_.end(), at);
  return next == headers_.end() ? text_.size() : *next;
}
std::size_t TomlDocument::first_header() const {
  return headers_.empty() ? text_.size() : headers_.front();
}

bool TomlDocument::is_inline(const toml::table& table) const {
  return &table != &root_ && text_.substr(begin(table), 1) == "{";
}
bool TomlDocument::is_headed(const toml::table& table) const {
  return &table != &root_ && text_.substr(begin(table), 1) == "[";
}
bool TomlDocument::is_implied(const toml::table& table) const {
  return is_headed(table) && std::any_of(table.begin(), table.end(), [&](const auto& child) {
           return child.second.source().begin == table.source().begin;
         });
}
bool TomlDocument::is_array_of_sections(const toml::node& node) {
  const toml::array* const list = node.as_array();
  return list != nullptr && !list->empty() && list->front().source().begin == node.source().begin;
}

void TomlDocument::walk(const toml::table& table) {
  if (is_headed(table)) headers_.push_back(begin(table));
  for (const auto& [key, node] : table) {
    if (const toml::table* const inner = node.as_table(); inner != nullptr && !is_inline(*inner)) {
      walk(*inner);
    } else if (is_array_of_sections(node)) {
      for (const toml::node& element : *node.as_array())
        if (element.is_table()) walk(*element.as_table());
    } else {
      entries_.push_back({&node, offset(key.source().begin), begin(node), end(node)});
    }
  }
}

}  // namespace imps
