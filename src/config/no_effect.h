// What in a config is right by itself, and will not do what was meant.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "config/found_keys.h"
#include "config/keys.h"
#include "config/settings.h"

// Last: see there.
#include "config/toml_library.h"

namespace imps {

/// Mappings that are never sent, velocities that are none, devices by which there is something and
/// that are not there, messages that are bound and mapped, notes that would glide. Of a file with
/// more than a hundred of them the rest is counted.
class NoEffect {
 public:
  struct Warning {
    toml::source_position at;
    std::string what;
    std::string fix;
  };

  /// Looks at a list of mappings, where it is in the file or in a scene.
  void look_at_elements(const Key& key, const toml::node& node);
  /// Looks at all, once it is read.
  void look_at(const Settings& settings, const FoundKeys& found);

  [[nodiscard]] const std::vector<Warning>& warnings() const noexcept { return warnings_; }
  [[nodiscard]] std::size_t left_out() const noexcept { return left_out_; }

 private:
  void look_at_texts(const toml::node& node);
  void look_at_velocities(const Key& key, const toml::node& node);
  void look_at_mappings(const Settings& settings, const FoundKeys& found);
  void look_at_devices(const Settings& settings, const FoundKeys& found);
  void look_at_bindings(const Settings& settings, const FoundKeys& found);
  void look_at_smoothing(const Settings& settings, const FoundKeys& found);
  void look_at_smoothed(const Settings& settings, const toml::source_position& at,
                        const std::string& where);

  /// Whether there is room for one more; asked before its text is made, which may take a search for
  /// what was meant.
  bool is_wanted();
  void warning(const toml::source_position& at, std::string what, std::string fix);

  std::vector<Warning> warnings_;
  std::size_t left_out_ = 0;
};

}  // namespace imps
