// What is wrong with the elements of a list in a TOML file, each by itself.
#pragma once

#include <string>
#include <vector>

#include "config/keys.h"

// Last: see there.
#include "config/toml_library.h"

namespace imps {

struct ElementFault {
  const toml::node* at;  ///< the element, or the part of it that is wrong
  std::string what;      ///< "midi.input: \"note_om 1\" is no mapping"
  std::string fix;
};

/// All elements of the key's list, or of its lists by device, that are wrong. None when what is
/// wrong is the list itself: its type, or how long it is; at most 64 lists of 128.
std::vector<ElementFault> element_faults(const Key& key, const toml::node& node);

/// The elements of a list, or of all lists in a table.
std::vector<const toml::node*> elements_of(const toml::node& node);

}  // namespace imps
