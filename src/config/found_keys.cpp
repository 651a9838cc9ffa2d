#include "config/found_keys.h"

#include <optional>
#include <utility>

namespace imps {

const FoundKey* FoundKeys::find(std::string_view path) const {
  for (const FoundKey& found : keys) {
    if (found.key->path == path) return &found;
  }
  return nullptr;
}

toml::source_position FoundKeys::place_of(std::string_view path) const {
  for (const FoundKey& found : keys) {
    if (found.key->path == path || found.key->same_as == path) return found.node->source().begin;
  }
  const std::string_view in = path.substr(0, path.find('.'));
  std::optional<toml::source_position> first;
  for (const FoundKey& found : keys) {
    const auto& at = found.at;
    if (section(*found.key) != in) continue;
    if (!first || std::pair(at.line, at.column) < std::pair(first->line, first->column)) first = at;
  }
  return first.value_or(toml::source_position{1, 1});
}

}  // namespace imps
