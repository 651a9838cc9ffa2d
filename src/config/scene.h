// Scenes: named sets of what may change in the middle of a performance.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <imps/result.h>

#include "config/value.h"

namespace imps {

struct Key;
struct Settings;

struct Scene {
  std::string name;
  /// Keys in the table's order, each once, with what they are in the scene.
  std::vector<std::pair<std::string, Value>> changes;

  friend bool operator==(const Scene&, const Scene&) = default;
};

/// Whether scenes may change this key: mode, threshold, the model and its temperatures, mappings,
/// routes, smoothing.
bool may_be_in_scene(const Key& key) noexcept;

/// Puts a change in its place, of the same key in its place. The value is one of the key's.
void add_change(Scene& scene, const Key& key, Value value);

/// A scene's changes as lines of TOML: "interaction.mode = \"battle\"".
std::vector<std::string> lines_of(const Scene& scene);

/// The scene whose changes the lines are. Errors say which line is wrong.
Result<Scene> scene_from_lines(std::string name, const std::vector<std::string>& lines);

/// Changes what the scene says.
void apply(const Scene& scene, Settings& settings);

}  // namespace imps
