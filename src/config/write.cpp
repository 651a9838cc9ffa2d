#include "config/write.h"

#include <fmt/format.h>

#include "config/keys.h"
#include "config/text.h"

namespace imps {
namespace {

constexpr std::size_t kColumns = 100;

/// `text` as comment lines of at most kColumns.
std::string comment(std::string_view text) {
  std::string out;
  std::string line = "#";
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    if (line.size() > 1 && line.size() + 1 + word.size() > kColumns) {
      out += line + '\n';
      line.resize(1);
    }
    line += ' ';
    line += word;
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
  }
  return out + line + '\n';
}

}  // namespace

std::string write_config(const Settings& settings) {
  std::string out =
      "# The configuration of imps. Every key may be left out; what it is then stands in "
      "brackets.\n";
  std::string_view current;
  for (const Key& key : keys()) {
    if (key.get == nullptr) continue;
    if (section(key) != current) {
      current = section(key);
      out += fmt::format("\n[{}]\n", current);
    }
    const std::string fallback = default_text(key);
    out += '\n' + comment(fmt::format("{} Takes {}. [{}]", key.documentation, accepts(key),
                                      fallback.empty() ? "none" : fallback));
    // Scenes have sections of their own.
    const bool is_scenes = key.kind == Key::Kind::scenes;
    const std::string value = is_scenes ? "" : file_text(key, key.get(settings));
    out += value.empty() ? fmt::format("# {} = {}\n", leaf(key), key.example)
                         : fmt::format("{} = {}\n", leaf(key), value);
  }
  // Last: sections end where the next one begins.
  for (const Scene& scene : settings.scenes) {
    out += fmt::format("\n[scenes.{}]\n", in_quotes(scene.name));
    for (const std::string& line : lines_of(scene))
      out += line + '\n';
  }
  return out;
}

}  // namespace imps
