// What stands at a place of a TOML file, as a key takes it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/keys.h"
#include "config/value.h"

// Last: see there.
#include "config/toml_library.h"

namespace imps {

/// "a list", "a number": for messages.
std::string_view type_name(const toml::node& node);

/// How a message shows what stands in the file.
std::string shown(const toml::node& node);

/// The node as the kind's alternative of Value; nothing when the types do not fit. A whole number
/// is taken where a number is wanted, and never 1 for true: no file of the field writes it.
std::optional<Value> value_of(const Key& key, const toml::node& node);

/// A mapping's words, from a text or from IMPSY's list of a word and numbers; of a list, without
/// what spare_part() begins.
std::optional<std::string> mapping_words(const toml::node& node);

/// Whether this may stand in such a list: a text, or a whole number, 1.0 among them.
bool is_mapping_part(const toml::node& node);

/// In a list that IMPSY takes and imps alone would not: the first of the parts that IMPSY does not
/// read. Else null.
const toml::node* spare_part(const toml::node& node);

}  // namespace imps
