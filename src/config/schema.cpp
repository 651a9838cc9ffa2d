#include "config/schema.h"

#include <array>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "config/check.h"
#include "config/keys.h"
#include "config/midi_binding.h"
#include "config/midi_mapping.h"
#include "config/scene.h"

namespace imps {
namespace {

using Json = nlohmann::ordered_json;
using Kind = Key::Kind;

// As check.cpp and read.cpp have them.
constexpr int kLongestText = 4096;
constexpr int kLongestName = 255;
constexpr int kMostDevices = 64;
constexpr int kMostWords = 16;
constexpr std::string_view kNumber = "[0-9.]+([eE][-+]?[0-9]+)?";

Json texts(int most, const Json& item) {
  return {{"type", "array"}, {"items", item}, {"maxItems", most}};
}
Json either(Json one, Json other) {
  return {{"anyOf", Json::array({std::move(one), std::move(other)})}};
}
Json definition(const char* name) { return {{"$ref", std::string("#/definitions/") + name}}; }

/// JSON numbers as people write them: 5, not 5.0.
Json number(double value) {
  constexpr double kMostExact = 9007199254740992;
  if (std::abs(value) <= kMostExact && value == std::floor(value))
    return static_cast<std::int64_t>(value);
  return value;
}

void add_range(const Key& key, Json& schema) {
  const Key::Range& range = key.range;
  if (std::isfinite(range.least))
    schema[range.above_least ? "exclusiveMinimum" : "minimum"] = number(range.least);
  if (std::isfinite(range.most)) schema["maximum"] = number(range.most);
}

/// Modes in any case, with - and _ anywhere, and by IMPSY's other names: see mode_from_name().
std::string mode_pattern(const Key& key) {
  std::string pattern;
  const auto add = [&pattern](std::string_view word) {
    pattern += pattern.empty() ? "^[-_]*(" : "|";
    for (const char c : word)
      pattern += fmt::format("[{}{}][-_]*", c, static_cast<char>(std::toupper(c)));
  };
  for (const std::string_view choice : key.choices)
    add(choice);
  for (const char* const other : {"filter", "harmony", "independent"})
    add(other);
  return pattern + ")$";
}

Json choices(const Key& key) {
  Json list = Json::array();
  for (const std::string_view choice : key.choices)
    list.push_back(choice);
  return {{"enum", std::move(list)}};
}

/// By name, the keys that a scene may change, as they are elsewhere.
Json scenes() {
  Json sections = Json::object();
  for (const Key& key : keys()) {
    if (!may_be_in_scene(key)) continue;
    Json& one = sections[section(key)];
    one["type"] = "object";
    one["properties"][leaf(key)] = {
        {"$ref", fmt::format("#/properties/{}/properties/{}", section(key), leaf(key))}};
    one["additionalProperties"] = false;
  }
  return {{"type", "object"},
          {"additionalProperties",
           {{"type", "object"}, {"properties", sections}, {"additionalProperties", false}}},
          {"maxProperties", kMostDevices}};
}

/// What a value of the key must be.
Json type_of(const Key& key) {
  Json schema;
  switch (key.kind) {
    case Kind::boolean:
      return {{"type", "boolean"}};
    case Kind::number:
      schema["type"] = "number";
      add_range(key, schema);
      return schema;
    case Kind::whole:
    case Kind::port:
      schema["type"] = "integer";
      add_range(key, schema);
      return schema;
    case Kind::seed:
      return {{"type", "integer"}, {"minimum", 0}, {"maximum", std::int64_t{1} << 53}};
    case Kind::size:
      schema["type"] = "integer";
      add_range(key, schema);
      return either(
          {{"type", "string"}, {"pattern", "^[0-9]+([.][0-9]*)? *([bB]|[kKmMgGtT][iI]?[bB])?$"}},
          schema);
    case Kind::text:
    case Kind::host:
      return {{"type", "string"}, {"maxLength", kLongestText}};
    case Kind::path:
      schema = {{"type", "string"}, {"maxLength", kLongestText}};
      if (!default_text(key).empty()) schema["minLength"] = 1;
      return schema;
    case Kind::mode:
      return either(choices(key), {{"type", "string"}, {"pattern", mode_pattern(key)}});
    case Kind::choice:
      return choices(key);
    case Kind::listen:
      return either({{"type", "string"}, {"minLength", 1}},
                    {{"type", "integer"}, {"minimum", 0}, {"maximum", 65535}});
    case Kind::outputs:
      return texts(kMostDevices, {{"type", "string"}, {"minLength", 1}});
    case Kind::osc_address:
      return {{"type", "string"},
              {"maxLength", kLongestName},
              {"pattern", R"(^/([!-~]*[!-.0-~])$)"},
              {"not", {{"pattern", R"([#*,?\[\]{}])"}}}};
    case Kind::names:
      return texts(kMaxControls, {{"type", "string"}, {"maxLength", kLongestName}});
    case Kind::mappings:
      return definition("mappings");
    case Kind::bindings:
      return texts(kMaxControls, {{"type", "string"},
                                  {"pattern", fmt::format("^ *({})( +[0-9]+){{1,2}} *:.*[^ ].*$",
                                                          fmt::join(midi_binding_words(), "|"))}});
    case Kind::devices:
      return definition("devices");
    case Kind::device_mappings:
      return either(definition("mappings"), {{"type", "object"},
                                             {"additionalProperties", definition("mappings")},
                                             {"maxProperties", kMostDevices}});
    case Kind::device_lights:
      return either(definition("lights"), {{"type", "object"},
                                           {"additionalProperties", definition("lights")},
                                           {"maxProperties", kMostDevices}});
    case Kind::line:
      return {{"type", "string"},
              {"maxLength", kLongestText},
              {"pattern", "^(?!usb:)|^usb:[0-9a-fA-F]{4}:[0-9a-fA-F]{4}$"}};
    case Kind::device_matrix:
      return either(definition("devices"), {{"type", "object"},
                                            {"additionalProperties", definition("devices")},
                                            {"maxProperties", kMostDevices}});
    case Kind::routes:
      return texts(
          kMaxControls,
          either({{"type", "integer"}, {"minimum", 1}, {"maximum", kMaxControls}},
                 {{"type", "string"},
                  {"pattern", fmt::format("^ *([0-9]+( +{0} +{0})?|hold( +{0})?) *$", kNumber)}}));
    case Kind::limits:
      return texts(kMaxControls, {{"type", "string"}});
    case Kind::controls:
      return either(
          {{"type", "integer"}, {"minimum", 1}, {"maximum", kMaxControls}},
          texts(kMaxControls, {{"type", "integer"}, {"minimum", 1}, {"maximum", kMaxControls}}));
    case Kind::numbers:
      schema["type"] = "number";
      add_range(key, schema);
      return either(schema, texts(kMaxControls, schema));
    case Kind::scenes:
      return scenes();
  }
  return schema;
}

struct ToJson {
  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(bool on) const { return on; }
  Json operator()(double x) const { return number(x); }
  Json operator()(std::int64_t n) const { return n; }
  Json operator()(std::uint64_t n) const { return n; }
  Json operator()(const std::string& text) const { return text; }
  Json operator()(const std::vector<std::string>& list) const { return list; }
  /// One number is for all.
  Json operator()(const std::vector<double>& numbers) const {
    if (numbers.size() == 1) return number(numbers.front());
    return numbers;
  }
  Json operator()(const TextTable& table) const {
    Json json = Json::object();
    for (const auto& [name, list] : table)
      json[name] = list;
    return json;
  }
};

Json property(const Key& key) {
  Json schema;
  const bool is_impsy = key.standing == Key::Standing::impsy;
  schema["description"] = is_impsy ? fmt::format("{} IMPSY's spelling: in imps it is {}. Takes {}.",
                                                 key.documentation, key.same_as, accepts(key))
                                   : fmt::format("{} Takes {}.", key.documentation, accepts(key));
  schema.update(type_of(key));
  if (key.get != nullptr) {
    const Value value = key.get(Settings{});
    if (!std::holds_alternative<std::monostate>(value))
      schema["default"] = std::visit(ToJson{}, value);
  }
  // The examples are numbers and plain texts, which TOML and JSON write alike, but for scenes.
  if (!key.example.empty() && key.kind != Kind::scenes)
    schema["examples"] = Json::array({Json::parse(key.example)});
  if (is_impsy) schema["deprecated"] = true;
  return schema;
}

Json definitions() {
  Json kinds = Json::array();
  for (const std::string_view word : midi_mapping_words())
    kinds.push_back(word);
  Json options = Json::array();
  for (const std::string_view word : midi_mapping_options())
    options.push_back(word);
  const Json text{{"type", "string"},
                  {"pattern", fmt::format("^ *({})( +-?[0-9]+)*( +({}) +{})* *$",
                                          fmt::join(midi_mapping_words(), "|"),
                                          fmt::join(midi_mapping_options(), "|"), kNumber)}};
  const Json list{{"type", "array"},
                  {"items", Json::array({Json{{"enum", kinds}}})},
                  {"additionalItems", either({{"type", "number"}}, {{"enum", options}})},
                  {"minItems", 1},
                  {"maxItems", kMostWords}};
  Json mapping{{"description", "A MIDI message: a kind, a channel, and what else the kind has."}};
  mapping.update(either(text, list));
  mapping["examples"] = {"control_change 1 7", "note_on 1", "pitch_bend 1"};
  const Json name{{"type", "string"}, {"maxLength", kLongestName}};
  return {{"mapping", std::move(mapping)},
          {"mappings", texts(kMaxControls, definition("mapping"))},
          {"lights", texts(kMaxControls, {{"type", "string"},
                                          {"pattern",
                                           "^ *(none|(note|control_change)( +[0-9]+){2}(( "
                                           "+[0-9]+){2})?) *$"}})},
          {"devices", either(name, texts(kMostDevices, name))}};
}

}  // namespace

std::string print_schema() {
  Json top = Json::object();
  Json sections = Json::object();
  for (const Key& key : keys()) {
    if (key.standing == Key::Standing::no_effect) {
      sections[key.path] = {
          {"description", key.documentation}, {"type", "object"}, {"deprecated", true}};
    } else if (section(key).empty()) {
      top[key.path] = property(key);
    } else {
      Json& one = sections[section(key)];
      one["type"] = "object";
      one["properties"][leaf(key)] = property(key);
      one["additionalProperties"] = false;
    }
  }
  for (auto& [name, schema] : sections.items()) {
    // `log` is a section, and in older files of IMPSY true or false.
    top[name] = top.contains(name) ? either(schema, top[name]) : schema;
  }
  const Json schema{
      {"$schema", "http://json-schema.org/draft-07/schema#"},
      {"title", "The configuration of imps"},
      {"description", "What imps reads: doc/configuration.md. Every key may be left out."},
      {"type", "object"},
      {"properties", std::move(top)},
      {"additionalProperties", false},
      {"definitions", definitions()}};
  return schema.dump(2) + "\n";
}

}  // namespace imps
