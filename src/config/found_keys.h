// Where a file says what: keys, and their places in it.
#pragma once

#include <string_view>
#include <vector>

#include "config/keys.h"

// Last: see there.
#include "config/toml_library.h"

namespace imps {

struct FoundKey {
  const Key* key;
  const toml::node* node;
  toml::source_position at;  ///< of the key
};

struct FoundKeys {
  std::vector<FoundKey> keys;

  /// Null when the file has no such key.
  [[nodiscard]] const FoundKey* find(std::string_view path) const;

  /// Where a key, or the IMPSY key that set it, has its value; where its section begins when it is
  /// not there.
  [[nodiscard]] toml::source_position place_of(std::string_view path) const;
};

}  // namespace imps
