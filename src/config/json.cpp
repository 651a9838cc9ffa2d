#include "config/json.h"

#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "config/check.h"
#include "config/keys.h"
#include "config/text.h"

namespace imps {
namespace {

using Json = nlohmann::ordered_json;
using Kind = Key::Kind;

constexpr std::size_t kLongest = 1024 * 1024;

Json to_json(const Value& value) {
  return std::visit(
      [](const auto& held) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
          return nullptr;
        } else if constexpr (std::is_same_v<std::decay_t<decltype(held)>, TextTable>) {
          Json table = Json::object();
          for (const auto& [name, texts] : held)
            table[name] = texts;
          return table;
        } else {
          return held;
        }
      },
      value);
}

std::optional<std::vector<std::string>> texts(const Json& json) {
  if (!json.is_array()) return std::nullopt;
  std::vector<std::string> list;
  for (const Json& item : json) {
    if (!item.is_string()) return std::nullopt;
    list.push_back(item.get<std::string>());
  }
  return list;
}

/// The alternative of Value that the kind asks for; nothing when the types do not fit.
std::optional<Value> from_json(const Key& key, const Json& json) {
  if (json.is_null()) return Value{};
  switch (key.kind) {
    case Kind::boolean:
      if (json.is_boolean()) return Value{json.get<bool>()};
      return std::nullopt;
    case Kind::number:
      if (json.is_number()) return Value{json.get<double>()};
      return std::nullopt;
    case Kind::whole:
    case Kind::port:
      if (json.is_number_integer()) return Value{json.get<std::int64_t>()};
      return std::nullopt;
    case Kind::seed:
    case Kind::size:
      if (json.is_number_unsigned()) return Value{json.get<std::uint64_t>()};
      return std::nullopt;
    case Kind::outputs:
    case Kind::names:
    case Kind::mappings:
    case Kind::bindings:
    case Kind::devices:
    case Kind::routes:
    case Kind::limits:
      if (const auto list = texts(json)) return Value{*list};
      return std::nullopt;
    case Kind::device_mappings:
    case Kind::device_lights:
    case Kind::device_matrix:
    case Kind::scenes: {
      if (!json.is_object()) return std::nullopt;
      TextTable table;
      for (const auto& [name, item] : json.items()) {
        const auto list = texts(item);
        if (!list) return std::nullopt;
        table.emplace_back(name, *list);
      }
      return Value{table};
    }
    case Kind::controls:
    case Kind::numbers: {
      if (!json.is_array()) return std::nullopt;
      std::vector<double> numbers;
      for (const Json& item : json) {
        if (!item.is_number()) return std::nullopt;
        numbers.push_back(item.get<double>());
      }
      return Value{numbers};
    }
    case Kind::text:
    case Kind::path:
    case Kind::mode:
    case Kind::choice:
    case Kind::listen:
    case Kind::osc_address:
    case Kind::host:
    case Kind::line:
      if (json.is_string()) return Value{json.get<std::string>()};
      return std::nullopt;
  }
  return std::nullopt;
}

/// Settings under way, and all that was wrong, as far as a message can hold it.
struct Reading {
  Settings settings;
  std::string faults;

  void fault_of(const std::string& text) {
    constexpr std::size_t kLongestMessage = 2000;
    if (faults.size() > kLongestMessage) return;
    faults += (faults.empty() ? "" : "; ") + text;
  }

  void take(const std::string& path, const Json& json) {
    const Key* const key = find_key(path);
    if (key == nullptr || key->get == nullptr) {
      fault_of(fmt::format("{} is unknown: a newer imps may have written it", shortened(path)));
      return;
    }
    const auto value = from_json(*key, json);
    const std::string wrong = value ? fault(*key, *value) : "has another type";
    if (!wrong.empty()) {
      fault_of(fmt::format("{} {}: expected {}", path, wrong, accepts(*key)));
      return;
    }
    key->set(settings, *value);
  }
};

}  // namespace

std::string settings_to_json(const Settings& settings) {
  Json json = Json::object();
  for (const Key& key : keys()) {
    if (key.get == nullptr) continue;
    Json value = to_json(key.get(settings));
    if (section(key).empty()) {
      json[std::string(leaf(key))] = std::move(value);
    } else {
      json[std::string(section(key))][std::string(leaf(key))] = std::move(value);
    }
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Settings> settings_from_json(std::string_view text) {
  if (text.size() > kLongest) return Error{"settings: longer than 1 MiB: not written by imps"};
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) {
    return Error{"settings: not a JSON object: the file is damaged; copy it again"};
  }
  Reading reading;
  for (const auto& [name, value] : json.items()) {
    const Key* const key = find_key(name);
    if (!value.is_object() || (key != nullptr && key->kind == Kind::scenes)) {
      reading.take(name, value);
      continue;
    }
    for (const auto& [inner, inner_value] : value.items()) {
      reading.take(name + "." + inner, inner_value);
    }
  }
  if (reading.faults.empty()) {
    for (const Error& error : check(reading.settings))
      reading.fault_of(error.message);
  }
  if (!reading.faults.empty()) return Error{"settings: " + reading.faults};
  return reading.settings;
}

}  // namespace imps
