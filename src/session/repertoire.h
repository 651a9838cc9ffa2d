// What is played, and by which rules: the model, the settings in force, the scene. All of it may
// change while the performance goes on.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.h"
#include "session/desk.h"
#include "session/messages.h"
#include "session/model_choice.h"
#include "session/output.h"
#include "session/standing.h"

namespace imps {

/// A seed that JSON readers of every language keep exactly.
std::uint64_t drawn_seed();

/// A model on its way to the stage.
TakeModel to_stage(const ChosenModel& chosen);

/// Takes changes over: loads what they need, hands them to the stage, and tells what came of it. A
/// change that cannot be taken over is told, and leaves what was. Thread-safe: no, on the house's
/// thread, unless it says so.
class Repertoire {
 public:
  /// @param settings  as read. What is referred to outlives this.
  Repertoire(const Settings& settings, Channels& channels, Output& output, Desk& desk);

  /// What the stage plays by.
  [[nodiscard]] const Settings& in_force() const noexcept { return in_force_; }
  /// Thread-safe: yes.
  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
  /// "" when none was asked for.
  [[nodiscard]] const std::string& scene() const noexcept { return scene_; }
  /// The next take's.
  void set_seed(std::uint64_t seed) noexcept { seed_ = seed; }
  /// None before begin().
  [[nodiscard]] const ChosenModel& playing() const noexcept { return playing_; }
  /// Its sizes, in words.
  [[nodiscard]] const std::string& model_words() const noexcept { return model_words_; }

  /// The port that was found where the settings leave it open.
  void set_osc_port(std::uint16_t port);
  /// From now on models have this one; a scene that was asked for before can have its own.
  void set_dimension(int dimension);
  /// The stage plays `model`, which outlives this. Loads those of the scenes.
  void begin(const ChosenModel& model);

  void change_model(const std::filesystem::path& path);
  /// False, and told, when the stage takes nothing.
  [[nodiscard]] bool swap_in(const ChosenModel& chosen);
  /// @param asked  a scene's name, "next" or "previous"
  void take_scene(const std::string& asked);
  /// Sets all that was steered live in a take that broke off.
  void go_on(const Standing& standing);
  /// The configuration was read anew. @param is_logged  a take is being written
  void take_settings(Settings read, bool is_logged);
  /// The stage answers: tells what is in force now.
  void taken(const SettingsTaken& answer);

 private:
  /// What plays from now on: tells it, and shows it on the page.
  void plays(const ChosenModel& chosen);
  void show(const ChosenModel& chosen);
  std::optional<ChosenModel> load(const std::filesystem::path& path);
  std::optional<ChosenModel> model_for(const Settings& next);
  void load_scene_models();
  /// Settings that the stage has not answered for yet.
  struct Asked {
    std::uint64_t number = 0;
    Settings before;
    std::vector<std::string> keys;  // to be told of
    bool is_logged = false;
  };

  void take_over(const Settings& next, const std::vector<std::string>& keys, Asked asked);

  Channels& channels_;
  Output& output_;
  Desk& desk_;
  Settings settings_;
  Settings in_force_;
  std::atomic<std::uint64_t> seed_;
  std::uint64_t asked_number_ = 0;
  std::deque<Asked> asked_;
  int dimension_ = 0;
  std::string scene_;
  std::map<std::filesystem::path, ChosenModel> scene_models_;  // so that scenes change at once
  const ChosenModel* first_ = nullptr;                         // the model of the beginning
  ChosenModel playing_;
  std::string model_words_;
};

}  // namespace imps
