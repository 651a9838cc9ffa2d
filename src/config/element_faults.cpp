#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <imps/frame.h>
#include <imps/limit.h>

#include "config/check.h"
#include "config/midi_binding.h"
#include "config/midi_light.h"
#include "config/midi_mapping.h"
#include "config/node_value.h"
#include "config/route.h"
#include "config/text.h"

// Last: see there.
#include "config/element_faults.h"

namespace imps {
namespace {

using Kind = Key::Kind;

constexpr std::size_t kMostLists = 64;

bool is_list(Kind kind) {
  switch (kind) {
    case Kind::outputs:
    case Kind::names:
    case Kind::mappings:
    case Kind::bindings:
    case Kind::devices:
    case Kind::device_mappings:
    case Kind::device_lights:
    case Kind::device_matrix:
    case Kind::routes:
    case Kind::controls:
    case Kind::limits:
    case Kind::numbers:
      return true;
    default:
      return false;
  }
}

ElementFault fault_at(const toml::node& at, const Key& key, const std::string& wrong) {
  return {&at, fmt::format("{} {}", key.path, wrong), "give " + accepts(key)};
}

/// What a small language says of its text: "WHAT: give FIX", or only what.
template <class T>
std::optional<ElementFault> said(const toml::node& at, const Key& key, const Result<T>& read) {
  if (read) return std::nullopt;
  const std::string& message = read.error().message;
  for (const std::string_view fix : {": give ", ": leave "}) {
    if (const auto end = message.find(fix); end != std::string::npos)
      return ElementFault{&at, fmt::format("{}: {}", key.path, message.substr(0, end)),
                          message.substr(end + 2)};
  }
  return ElementFault{&at, fmt::format("{}: {}", key.path, message), "give " + accepts(key)};
}

std::optional<ElementFault> mapping_fault(const toml::node& node, const Key& key) {
  const auto read = mapping_words(node);
  if (read) return said(node, key, midi_mapping_from_text(*read));
  constexpr std::string_view kAsIn = "as in [\"control_change\", 1, 7]";
  const toml::array* const list = node.as_array();
  if (list == nullptr) {
    return ElementFault{&node, fmt::format("{} holds {}", key.path, shown(node)),
                        "give a mapping such as \"control_change 1 7\"; one in IMPSY's form has "
                        "brackets of its own, as in [[\"control_change\", 1, 7]]"};
  }
  for (std::size_t k = 0; k < list->size(); ++k) {
    const toml::node& part = (*list)[k];
    if (is_mapping_part(part)) continue;
    return ElementFault{
        &part, fmt::format("{}: part {} of a mapping is {}", key.path, k + 1, shown(part)),
        fmt::format("give {}, {}", k == 0 ? "the kind of message" : "a whole number", kAsIn)};
  }
  return ElementFault{&node, fmt::format("{}: a mapping has {} parts", key.path, list->size()),
                      fmt::format("give a kind of message and its numbers, {}", kAsIn)};
}

/// An element that is a text or a number by itself, as a value of the key.
std::optional<Value> value_of_one(const Key& key, const toml::node& node) {
  if (key.kind == Kind::controls || key.kind == Kind::numbers)
    return node.is_number() ? value_of(key, node) : std::nullopt;
  const auto text = node.value_exact<std::string>();
  if (!text) return std::nullopt;
  std::vector<std::string> list(1, *text);
  if (key.kind == Kind::device_matrix) return Value{TextTable{{"", std::move(list)}}};
  return Value{std::move(list)};
}

std::optional<ElementFault> fault_of(const Key& key, const toml::node& node) {
  if (key.kind == Kind::mappings || key.kind == Kind::device_mappings)
    return mapping_fault(node, key);
  const auto text = node.value_exact<std::string>();
  if (text && key.kind == Kind::bindings) return said(node, key, midi_binding_from_text(*text));
  if (text && key.kind == Kind::device_lights) return said(node, key, midi_light_from_text(*text));
  if (text && key.kind == Kind::limits) return said(node, key, limit_from_text(*text));
  if (key.kind == Kind::routes) {
    const auto number = node.value_exact<std::int64_t>();
    if (text || number)
      return said(node, key, route_from_text(text ? *text : std::to_string(*number)));
  }
  const auto value = value_of_one(key, node);
  const std::string wrong = value ? fault(key, *value) : "holds " + shown(node);
  if (wrong.empty()) return std::nullopt;
  return fault_at(node, key, wrong);
}

}  // namespace

std::vector<ElementFault> element_faults(const Key& key, const toml::node& node) {
  std::vector<ElementFault> found;
  const auto look_in = [&](const toml::array& list) {
    if (list.size() > kMaxControls) return;
    for (const toml::node& element : list)
      if (auto one = fault_of(key, element)) found.push_back(std::move(*one));
  };
  if (!is_list(key.kind)) return found;
  if (const toml::array* const list = node.as_array()) look_in(*list);
  const bool has_devices = key.kind == Kind::device_mappings || key.kind == Kind::device_lights ||
                           key.kind == Kind::device_matrix;
  const toml::table* const table = node.as_table();
  if (!has_devices || table == nullptr || table->size() > kMostLists) return found;
  for (const auto& [name, item] : *table) {
    if (const toml::array* const list = item.as_array()) {
      look_in(*list);
    } else if (key.kind != Kind::device_matrix || !item.is_string()) {
      found.push_back(
          fault_at(item, key, fmt::format("of \"{}\" is {}", shortened(name.str()), shown(item))));
    }
  }
  return found;
}

std::vector<const toml::node*> elements_of(const toml::node& node) {
  std::vector<const toml::node*> found;
  if (const toml::array* const list = node.as_array()) {
    for (const toml::node& element : *list)
      found.push_back(&element);
  }
  if (const toml::table* const table = node.as_table()) {
    for (const auto& [name, item] : *table) {
      if (!item.is_array()) continue;
      for (const toml::node& element : *item.as_array())
        found.push_back(&element);
    }
  }
  return found;
}

}  // namespace imps
