// How keys speak: what they take, what they are by default, how a file spells them.
#include <cmath>

#include <fmt/format.h>

#include "config/bytes.h"
#include "config/keys.h"

namespace imps {
namespace {

using Kind = Key::Kind;

// 1000, not 1000.0: limits are written for people.
std::string limit(const Key& key, double number) {
  if (key.kind == Kind::size) return bytes_to_text(static_cast<std::uint64_t>(number));
  return fmt::format("{}", number);
}

std::string range_text(const Key& key) {
  const Key::Range& range = key.range;
  const bool lower = std::isfinite(range.least);
  const bool upper = std::isfinite(range.most);
  if (lower && upper && !range.above_least) {
    return fmt::format(" from {} to {}", limit(key, range.least), limit(key, range.most));
  }
  std::string text;
  if (lower && range.above_least) text += fmt::format(" above {}", limit(key, range.least));
  if (lower && !range.above_least) text += fmt::format(", {} or more", limit(key, range.least));
  if (upper) text += fmt::format(" and at most {}", limit(key, range.most));
  return text;
}

std::string choices_text(const Key& key) {
  std::string text = "one of";
  for (const std::string_view choice : key.choices) {
    text += fmt::format("{} \"{}\"", text.size() > 6 ? "," : "", choice);
  }
  return text;
}

}  // namespace

std::string accepts(const Key& key) {
  const std::string unit = key.unit.empty() ? "" : fmt::format(", in {}", key.unit);
  switch (key.kind) {
    case Kind::boolean:
      return "true or false";
    case Kind::number:
      return "a number" + range_text(key) + unit;
    case Kind::whole:
    case Kind::port:
      return "a whole number" + range_text(key) + unit;
    case Kind::seed:
      return "a whole number from 0 to 2^53";
    case Kind::size:
      return fmt::format("a size such as \"500 MB\", {} or more", limit(key, key.range.least));
    case Kind::text:
      return "a text of at most 4096 bytes";
    case Kind::path:
      return "a path of at most 4096 bytes";
    case Kind::mode:
    case Kind::choice:
      return choices_text(key);
    case Kind::listen:
      return "\"host:port\" or a port (0 takes any free one)";
    case Kind::outputs:
      return "a list of at most 64 of \"host:port\"";
    case Kind::osc_address:
      return "an OSC address such as \"/interface\"";
    case Kind::names:
      return fmt::format("a list of at most {} names", kMaxControls);
    case Kind::host:
      return "a host name or an address";
    case Kind::mappings:
      return fmt::format("a list of at most {} mappings such as \"control_change 1 7\"",
                         kMaxControls);
    case Kind::bindings:
      return "a list of at most 128 messages with commands such as \"note 1 36: pause\"";
    case Kind::devices:
      return "a list of at most 64 names of devices, or one";
    case Kind::device_mappings:
      return "a list of mappings such as \"control_change 1 7\", or one for each device";
    case Kind::device_lights:
      return "a list of lamps such as \"note 1 36\", or one for each device";
    case Kind::routes:
      return fmt::format("a list of at most {} controls such as 2, \"3 1 0\" or \"hold 0.5\"",
                         kMaxControls);
    case Kind::controls:
      return fmt::format("a list of numbers of controls, from 1 to {}", kMaxControls);
    case Kind::limits:
      return fmt::format(
          "a list of at most {} limits such as \"0.2 to 0.8\", \"scale C minor\" or \"\"",
          kMaxControls);
    case Kind::numbers:
      return "a number" + range_text(key) + unit +
             fmt::format(", or a list of at most {}", kMaxControls);
    case Kind::line:
      return "a serial line: a path, or \"usb:VENDOR:PRODUCT\" with four hexadecimal digits each, "
             "as "
             "in \"usb:0d28:0204\"";
    case Kind::scenes:
      return "at most 64 sections of keys such as interaction.mode";
    case Kind::device_matrix:
      return "a list of names of devices, or one for each device";
  }
  return "";
}

std::string file_text(const Key& key, const Value& value) {
  const auto* const bytes = std::get_if<std::uint64_t>(&value);
  if (key.kind == Kind::size && bytes != nullptr) return to_toml(Value{bytes_to_text(*bytes)});
  return to_toml(value);
}

std::string default_text(const Key& key) {
  return key.get == nullptr ? "" : file_text(key, key.get(Settings{}));
}

}  // namespace imps
