#include "config/node_value.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "config/bytes.h"
#include "config/text.h"

namespace imps {
namespace {

using Kind = Key::Kind;

// Of a mapping: longer lists are none.
constexpr std::size_t kMostWords = 16;

std::optional<std::vector<std::string>> texts(const toml::node& node) {
  const toml::array* const list = node.as_array();
  if (list == nullptr) return std::nullopt;
  std::vector<std::string> out;
  for (const toml::node& item : *list) {
    const auto text = item.value_exact<std::string>();
    if (!text) return std::nullopt;
    out.push_back(*text);
  }
  return out;
}

std::optional<std::vector<std::string>> mappings(const toml::node& node) {
  const toml::array* const list = node.as_array();
  if (list == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  for (const toml::node& item : *list) {
    const auto words = mapping_words(item);
    if (!words) return std::nullopt;
    texts.push_back(*words);
  }
  return texts;
}

/// A part of a mapping as a list. IMPSY counts with what stands there, so that 1.0 is 1.
std::optional<std::string> mapping_part(const toml::node& node) {
  constexpr double kMost = 1e6;
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto whole = node.value_exact<std::int64_t>()) return std::to_string(*whole);
  const auto number = node.value_exact<double>();
  if (!number || !(std::abs(*number) <= kMost) || *number != std::floor(*number))
    return std::nullopt;
  return std::to_string(static_cast<std::int64_t>(*number));
}

/// The first `count` parts of a mapping as a list.
std::optional<std::string> words_of(const toml::array& list, std::size_t count) {
  if (count > kMostWords) return std::nullopt;
  std::string words;
  for (std::size_t k = 0; k < count; ++k) {
    const auto part = mapping_part(list[k]);
    if (!part) return std::nullopt;
    words += (words.empty() ? "" : " ") + *part;
  }
  return words;
}

bool is_mapping(const std::optional<std::string>& words) {
  return words && midi_mapping_from_text(*words);
}

/// How many parts IMPSY 1.2.1 reads of a mapping of its four kinds (utils.py); 0 for others.
std::size_t read_by_impsy(const toml::array& list) {
  const auto kind = list.empty() ? std::nullopt : list.front().value_exact<std::string>();
  if (kind == "note_on") return 3;
  if (kind == "note_velocity" || kind == "pitch_bend") return 2;
  return kind == "control_change" ? 5 : 0;
}

std::optional<std::vector<std::string>> devices(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return std::vector{*text};
  return texts(node);
}

/// Routes, of which a bare number is one.
std::optional<std::vector<std::string>> routes(const toml::node& node) {
  const toml::array* const list = node.as_array();
  if (list == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  for (const toml::node& item : *list) {
    if (const auto number = item.value_exact<std::int64_t>())
      texts.push_back(std::to_string(*number));
    else if (const auto text = item.value_exact<std::string>())
      texts.push_back(*text);
    else
      return std::nullopt;
  }
  return texts;
}

std::optional<double> number_of(const toml::node& node) {
  if (const auto whole = node.value_exact<std::int64_t>()) return static_cast<double>(*whole);
  return node.value_exact<double>();
}

/// Numbers, or one.
std::optional<std::vector<double>> numbers(const toml::node& node) {
  if (const auto one = number_of(node)) return std::vector<double>(1, *one);
  const toml::array* const list = node.as_array();
  if (list == nullptr) return std::nullopt;
  std::vector<double> numbers;
  for (const toml::node& item : *list) {
    const auto number = number_of(item);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

/// What `read` makes of each of a table's lists; of a list by itself, for the name "".
template <class Read>
std::optional<TextTable> by_device(const toml::node& node, Read read) {
  TextTable table;
  if (const auto list = read(node)) {
    table.emplace_back("", *list);
    return table;
  }
  if (!node.is_table()) return std::nullopt;
  for (const auto& [name, item] : *node.as_table()) {
    const auto list = read(item);
    if (!list) return std::nullopt;
    table.emplace_back(name.str(), *list);
  }
  // toml++ sorts by name; what stands first is first.
  const auto line = [&](const auto& entry) {
    return node.as_table()->find(entry.first)->first.source().begin;
  };
  std::stable_sort(table.begin(), table.end(), [&](const auto& a, const auto& b) {
    return std::pair(line(a).line, line(a).column) < std::pair(line(b).line, line(b).column);
  });
  return table;
}

template <class T>
std::optional<Value> as_value(std::optional<T> held) {
  if (!held) return std::nullopt;
  return std::optional<Value>(std::in_place, std::move(*held));
}

}  // namespace

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a section";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "a whole number";
    case toml::node_type::floating_point:
      return "a number";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or a time";
  }
}

std::optional<std::string> mapping_words(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  const toml::array* const list = node.as_array();
  if (list == nullptr) return std::nullopt;
  if (spare_part(node) != nullptr) return words_of(*list, read_by_impsy(*list));
  return words_of(*list, list->size());
}

bool is_mapping_part(const toml::node& node) { return mapping_part(node).has_value(); }

const toml::node* spare_part(const toml::node& node) {
  const toml::array* const list = node.as_array();
  if (list == nullptr) return nullptr;
  const std::size_t read = read_by_impsy(*list);
  if (read == 0 || list->size() <= read || is_mapping(words_of(*list, list->size())))
    return nullptr;
  return is_mapping(words_of(*list, read)) ? &(*list)[read] : nullptr;
}

std::optional<Value> value_of(const Key& key, const toml::node& node) {
  const auto integer = node.value_exact<std::int64_t>();
  const auto text = node.value_exact<std::string>();
  switch (key.kind) {
    case Kind::boolean:
      return as_value(node.value_exact<bool>());
    case Kind::number:
      return as_value(number_of(node));
    case Kind::whole:
    case Kind::port:
      return as_value(integer);
    case Kind::seed:
    case Kind::size:
      if (integer && *integer >= 0) return Value{static_cast<std::uint64_t>(*integer)};
      if (text && key.kind == Kind::size) {
        if (const auto bytes = bytes_from_text(*text)) return Value{*bytes};
      }
      return std::nullopt;
    case Kind::listen:
      if (integer) return as_value(std::optional(std::to_string(*integer)));
      [[fallthrough]];
    case Kind::text:
    case Kind::path:
    case Kind::mode:
    case Kind::choice:
    case Kind::osc_address:
    case Kind::host:
    case Kind::line:
      return as_value(text);
    case Kind::outputs:
    case Kind::names:
    case Kind::bindings:
    case Kind::limits:
      return as_value(texts(node));
    case Kind::mappings:
      return as_value(mappings(node));
    case Kind::devices:
      return as_value(devices(node));
    case Kind::routes:
      return as_value(routes(node));
    case Kind::controls:
    case Kind::numbers:
      return as_value(numbers(node));
    case Kind::device_mappings:
      return as_value(by_device(node, mappings));
    case Kind::device_lights:
      return as_value(by_device(node, texts));
    case Kind::device_matrix:
      return as_value(by_device(node, devices));
    case Kind::scenes:
      return std::nullopt;  // a table of keys: the reader's
  }
  return std::nullopt;
}

std::string shown(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) {
    return fmt::format("\"{}\"", shortened(*text));
  }
  if (const auto on = node.value_exact<bool>()) return *on ? "true" : "false";
  if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
  if (const auto number = node.value_exact<double>()) return fmt::format("{}", *number);
  return std::string(type_name(node));
}

}  // namespace imps
