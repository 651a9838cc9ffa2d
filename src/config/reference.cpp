#include "config/reference.h"

#include <fmt/format.h>

#include "config/keys.h"

namespace imps {
namespace {

std::string code(std::string_view text) { return fmt::format("`{}`", text); }

std::string own_keys() {
  std::string out;
  std::string_view current = "none yet";
  for (const Key& key : keys()) {
    if (key.get == nullptr) continue;
    if (section(key) != current) {
      current = section(key);
      const std::string title = current.empty() ? "Top of the file" : fmt::format("[{}]", current);
      out += fmt::format(
          "{}### {}\n\n| key | takes | default | meaning |\n| --- | --- | --- | --- |\n",
          out.empty() ? "" : "\n", title);
    }
    const std::string fallback = default_text(key);
    out += fmt::format("| {} | {} | {} | {} |\n", code(leaf(key)), accepts(key),
                       fallback.empty() ? "none" : code(fallback), key.documentation);
  }
  return out;
}

std::string impsy_keys() {
  std::string out = "| key | takes | imps's key | meaning |\n| --- | --- | --- | --- |\n";
  for (const Key& key : keys()) {
    if (key.standing != Key::Standing::impsy) continue;
    out += fmt::format("| {} | {} | {} | {} |\n", code(key.path), accepts(key), code(key.same_as),
                       key.documentation);
  }
  return out;
}

std::string listed(Key::Standing standing) {
  std::string out;
  for (const Key& key : keys()) {
    if (key.standing != standing) continue;
    const bool is_section = standing == Key::Standing::no_effect;
    out += (out.empty() ? "" : ", ") +
           code(is_section ? fmt::format("[{}]", key.path) : std::string(key.path));
  }
  return out;
}

}  // namespace

std::string print_reference() {
  return own_keys() + "\n### Keys that only IMPSY has\n\n" + impsy_keys() +
         "\nThe same in imps and in IMPSY: " + listed(Key::Standing::shared) +
         ".\n\nKnown, and without effect: " + listed(Key::Standing::no_effect) + ".\n";
}

}  // namespace imps
