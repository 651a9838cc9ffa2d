#include "config/scene.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "config/keys.h"
#include "config/node_value.h"
#include "config/suggest.h"
#include "config/text.h"
#include "config/toml_depth.h"

// Last: see there.
#include "config/toml_library.h"

namespace imps {
namespace {

constexpr std::array<std::string_view, 27> kInScenes{"interaction.mode",
                                                     "interaction.threshold",
                                                     "interaction.input_thru",
                                                     "model.file",
                                                     "model.sigmatemp",
                                                     "model.pitemp",
                                                     "model.surprise",
                                                     "model.timescale",
                                                     "midi.input",
                                                     "midi.output",
                                                     "websocket.input",
                                                     "websocket.output",
                                                     "serialmidi.input",
                                                     "serialmidi.output",
                                                     "route.input",
                                                     "route.output",
                                                     "smoothing.kind",
                                                     "smoothing.seconds",
                                                     "interaction.shared_hands",
                                                     "interaction.release",
                                                     "interaction.glide",
                                                     "interaction.tempo",
                                                     "interaction.grid",
                                                     "interaction.snap",
                                                     "interaction.pick_up",
                                                     "limits.controls",
                                                     "limits.dt"};

constexpr std::size_t kLongestLine = 64 * 1024;

}  // namespace

bool may_be_in_scene(const Key& key) noexcept {
  return std::find(kInScenes.begin(), kInScenes.end(), key.path) != kInScenes.end();
}

void add_change(Scene& scene, const Key& key, Value value) {
  const auto place = std::find_if(scene.changes.begin(), scene.changes.end(),
                                  [&](const auto& one) { return find_key(one.first) >= &key; });
  if (place != scene.changes.end() && place->first == key.path)
    place->second = std::move(value);
  else
    scene.changes.emplace(place, std::string(key.path), std::move(value));
}

std::vector<std::string> lines_of(const Scene& scene) {
  std::vector<std::string> lines;
  for (const auto& [path, value] : scene.changes)
    lines.push_back(fmt::format("{} = {}", path, file_text(*find_key(path), value)));
  return lines;
}

Result<Scene> scene_from_lines(std::string name, const std::vector<std::string>& lines) {
  Scene scene{.name = std::move(name), .changes = {}};
  for (const std::string& line : lines) {
    const auto wrong = [&line](const std::string& what) {
      return Error{fmt::format("\"{}\": {}", shortened(line), what)};
    };
    if (line.size() > kLongestLine || line.find('\n') != std::string::npos)
      return wrong("is no line of a scene");
    if (find_too_deep(line)) return wrong("is no line of a scene");
    const toml::parse_result parsed = toml::parse(line);
    if (!parsed) return wrong("is not TOML");
    const std::string path = line.substr(0, line.find(' '));
    const Key* const key = find_key(path);
    const toml::node_view<const toml::node> node = parsed.table().at_path(path);
    if (key == nullptr || !may_be_in_scene(*key) || !node)
      return wrong("is no key that a scene changes");
    const auto value = value_of(*key, *node.node());
    const std::string fault_text = value ? fault(*key, *value) : "has another type";
    if (!fault_text.empty()) return wrong(fault_text + ": give " + accepts(*key));
    add_change(scene, *key, *value);
  }
  return scene;
}

void apply(const Scene& scene, Settings& settings) {
  for (const auto& [path, value] : scene.changes)
    find_key(path)->set(settings, value);
}

}  // namespace imps
