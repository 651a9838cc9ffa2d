#include "session/repertoire.h"

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "config/keys.h"
#include "session/interfaces.h"
#include "session/words.h"

namespace imps {
namespace {

/// Whether a changed key is taken over while the performance goes on.
bool is_live(std::string_view path, const Settings& next, bool has_dimension) {
  const Key& key = *find_key(path);
  if (path == "model.dimension") return !has_dimension;
  if (path == "model.file" && !next.model.file) return false;
  const std::string_view in = section(key);
  return may_be_in_scene(key) || key.kind == Key::Kind::scenes || in == "route" ||
         in == "smoothing" || in == "instrument" || path == "interaction.bindings" ||
         path == "interaction.remember_velocity" || path == "interaction.ahead" ||
         path == "interaction.max_rest" || path == "interaction.shared_hands" ||
         path == "interaction.release" || path == "interaction.glide" ||
         path == "interaction.pick_up" || in == "limits" ||
         (path == "interaction.seed" && next.interaction.seed) ||
         std::find(kInterfaceSections.begin(), kInterfaceSections.end(), in) !=
             kInterfaceSections.end();
}

}  // namespace

std::uint64_t drawn_seed() {
  std::random_device device;
  return ((std::uint64_t{device()} << 32) | device()) >> 11;
}

TakeModel to_stage(const ChosenModel& chosen) {
  return {.model = chosen.model, .name = chosen.name, .digest = chosen.digest, .step = chosen.step};
}

Repertoire::Repertoire(const Settings& settings, Channels& channels, Output& output, Desk& desk)
    : channels_(channels),
      output_(output),
      desk_(desk),
      settings_(settings),
      in_force_(settings),
      seed_(settings.interaction.seed.value_or(drawn_seed())) {}

void Repertoire::set_osc_port(std::uint16_t port) {
  settings_.osc.listen.port = port;
  in_force_.osc.listen.port = port;
}

void Repertoire::set_dimension(int dimension) {
  dimension_ = dimension;
  if (!scene_.empty()) take_scene(scene_);
}

void Repertoire::begin(const ChosenModel& model) {
  first_ = &model;
  show(model);
  load_scene_models();
}

// ---- models

void Repertoire::show(const ChosenModel& chosen) {
  playing_ = chosen;
  model_words_ = words(chosen.model->sizes());
  desk_.changed("models");
}

void Repertoire::plays(const ChosenModel& chosen) {
  output_.tell(
      fmt::format("playing {}: {}, {}", chosen.name, words(chosen.model->sizes()), chosen.format));
  show(chosen);
}

std::optional<ChosenModel> Repertoire::load(const std::filesystem::path& path) {
  auto chosen = load_model(path, dimension_ == 0 ? std::nullopt : std::optional<int>(dimension_));
  if (chosen) return std::move(*chosen);
  output_.warn(chosen.error().message + "; the model that plays goes on");
  return std::nullopt;
}

void Repertoire::change_model(const std::filesystem::path& path) {
  if (const auto chosen = load(path)) static_cast<void>(swap_in(*chosen));
}

bool Repertoire::swap_in(const ChosenModel& chosen) {
  if (!channels_.to_stage.send(to_stage(chosen))) {
    output_.warn("the stage is busy: " + chosen.name + " was not swapped in, try again");
    return false;
  }
  plays(chosen);
  return true;
}

/// What `next` asks for; nothing, and told, when it cannot be loaded.
std::optional<ChosenModel> Repertoire::model_for(const Settings& next) {
  if (!next.model.file) return first_ == nullptr ? std::nullopt : std::optional(*first_);
  const auto known = scene_models_.find(*next.model.file);
  return known != scene_models_.end() ? std::optional(known->second) : load(*next.model.file);
}

// ---- scenes

/// Mistakes in scenes are seen before the stage needs them.
void Repertoire::load_scene_models() {
  if (dimension_ == 0) return;
  for (const Scene& scene : settings_.scenes) {
    Settings with = settings_;
    imps::apply(scene, with);
    const auto& file = with.model.file;
    if (!file || file == settings_.model.file || scene_models_.contains(*file)) continue;
    if (auto chosen = load(*file)) scene_models_.emplace(*file, std::move(*chosen));
  }
}

void Repertoire::take_scene(const std::string& asked) {
  const auto& scenes = settings_.scenes;
  const auto current = std::find_if(scenes.begin(), scenes.end(),
                                    [&](const Scene& scene) { return scene.name == scene_; });
  auto wanted = std::find_if(scenes.begin(), scenes.end(),
                             [&](const Scene& scene) { return scene.name == asked; });
  if (!scenes.empty() && asked == "next") {
    const bool is_last = current == scenes.end() || current + 1 == scenes.end();
    wanted = is_last ? scenes.begin() : current + 1;
  } else if (!scenes.empty() && asked == "previous") {
    wanted = current == scenes.begin() || current == scenes.end() ? scenes.end() - 1 : current - 1;
  }
  if (wanted == scenes.end()) {
    std::string names;
    for (const Scene& scene : scenes)
      names += (names.empty() ? "" : ", ") + scene.name;
    output_.warn(fmt::format(
        "there is no scene \"{}\": {}", asked,
        names.empty() ? "the configuration has no [scenes.NAME]" : "there are " + names));
    return;
  }
  scene_ = wanted->name;
  Settings next = settings_;
  imps::apply(*wanted, next);
  // What no scene speaks of stays as it was set live.
  std::vector<std::string> keys;
  for (const Scene& scene : scenes) {
    for (const auto& [key, value] : scene.changes)
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  }
  take_over(next, keys, {});
  output_.tell("scene " + scene_);
}

void Repertoire::go_on(const Standing& standing) {
  const auto is_there = [&](const Scene& scene) { return scene.name == standing.scene; };
  if (std::any_of(settings_.scenes.begin(), settings_.scenes.end(), is_there)) {
    take_scene(standing.scene);
    if (!standing.model.empty() && standing.model != playing_.path) change_model(standing.model);
  }
  if (!channels_.to_stage.send(TakeSettings{.settings = std::make_shared<Settings>(in_force_),
                                            .scene = scene_,
                                            .model = std::nullopt,
                                            .commands = standing.commands,
                                            .dimension = std::nullopt})) {
    output_.warn("the stage is busy: what was steered before the crash was not set again");
    return;
  }
  if (const std::string how = words(standing); !how.empty()) output_.tell("as it was: " + how);
}

// ---- settings

/// Makes the stage play by `next`, which differs from what is in force in these keys, or may.
void Repertoire::take_over(const Settings& next, const std::vector<std::string>& keys,
                           Asked asked) {
  TakeSettings message{.number = ++asked_number_,
                       .settings = nullptr,
                       .scene = scene_,
                       .model = std::nullopt,
                       .commands = {},
                       .dimension = std::nullopt};
  const auto command = [&message](std::string_view word, CommandArgument argument) {
    if (auto made = make_command(word, std::array{argument})) message.commands.push_back(*made);
  };
  const auto limit = [&message](double control, std::string_view text) {
    if (auto made = make_command("limit", std::array<CommandArgument, 2>{control, text}))
      message.commands.push_back(*made);
  };
  auto taken = std::make_shared<Settings>(next);
  for (const std::string& key : keys) {
    if (key == "interaction.mode") {
      command("mode", name(next.interaction.mode));
    } else if (key == "interaction.threshold") {
      command("threshold", next.interaction.threshold.count());
    } else if (key == "interaction.max_rest") {
      command("maxrest", next.interaction.max_rest.count());
    } else if (key == "interaction.shared_hands") {
      command("sharedhands", next.interaction.shared_hands ? 1.0 : 0.0);
    } else if (key == "interaction.release") {
      command("release", next.interaction.release.count());
    } else if (key == "limits.dt") {
      limit(0, next.limits.dt);
    } else if (key == "limits.controls") {
      const auto& now = in_force_.limits.controls;
      const auto& then = next.limits.controls;
      for (std::size_t k = 0; k < std::max(now.size(), then.size()); ++k)
        limit(static_cast<double>(k + 1), k < then.size() ? std::string_view(then[k]) : "");
    } else if (key == "interaction.tempo") {
      command("tempo", next.interaction.tempo);
    } else if (key == "interaction.grid") {
      command("grid", next.interaction.grid);
    } else if (key == "interaction.snap") {
      command("snap", next.interaction.snap);
    } else if (key == "interaction.glide") {
      command("glide", next.interaction.glide.count());
    } else if (key == "interaction.seed" && next.interaction.seed) {
      command("seed", static_cast<double>(*next.interaction.seed));
      seed_ = *next.interaction.seed;
    } else if (key == "model.sigmatemp") {
      command("sigmatemp", next.model.temperatures.sigma);
    } else if (key == "model.pitemp") {
      command("pitemp", next.model.temperatures.pi);
    } else if (key == "model.surprise") {
      command("surprise", next.model.surprise);
    } else if (key == "model.timescale") {
      command("timescale", next.model.timescale);
    } else if (key == "model.file" && dimension_ != 0) {
      const auto chosen = model_for(next);
      if (!chosen) {
        taken->model.file = in_force_.model.file;  // so that it is tried again next time
        std::erase(asked.keys, key);
      } else if (chosen->path != playing_.path) {
        message.model = to_stage(*chosen);
        plays(*chosen);
      }
    }
  }
  const std::size_t routed = next.route.input.size();
  if (routed != 0 && dimension_ != 0 && static_cast<int>(routed) + 1 != dimension_) {
    output_.warn(
        fmt::format("route.input has {} controls, and the model {}: the routes stay as "
                    "they were",
                    routed, dimension_ - 1));
    taken->route.input = in_force_.route.input;
  }
  // The controls that were mapped, by hand or by learning.
  const std::size_t mapped = model_controls(next);
  if (dimension_ == 0) {
    message.dimension = next.model.dimension;
    if (!message.dimension && mapped > 0) message.dimension = static_cast<int>(mapped) + 1;
  } else if (next.route.input.empty() && mapped != model_controls(in_force_) &&
             static_cast<int>(mapped) + 1 > dimension_) {
    output_.warn(fmt::format(
        "{} controls are mapped, and the model that plays has {}: the others play from the next "
        "start on, with a model of dimension {}",
        mapped, dimension_ - 1, mapped + 1));
  }
  message.settings = taken;
  if (!channels_.to_stage.send(message)) {
    output_.warn("the stage is busy: the change was not taken over, save it again");
    return;
  }
  asked.number = message.number;
  asked.before = std::exchange(in_force_, *taken);
  asked_.push_back(std::move(asked));
}

void Repertoire::take_settings(Settings read, bool is_logged) {
  const auto file_before = settings_.model.file;
  settings_ = std::move(read);
  if (settings_.osc.listen.port == 0) settings_.osc.listen.port = in_force_.osc.listen.port;
  Settings next = settings_;
  const auto scene = std::find_if(settings_.scenes.begin(), settings_.scenes.end(),
                                  [this](const Scene& one) { return one.name == scene_; });
  if (scene != settings_.scenes.end()) {
    imps::apply(*scene, next);
    // What another scene will play is looked at now.
    if (const auto& file = settings_.model.file;
        file && file != file_before && file != next.model.file)
      static_cast<void>(load(*file));
  } else if (!scene_.empty()) {
    output_.warn(fmt::format("scene {} is not in the configuration any more", scene_));
    scene_.clear();
  }
  std::vector<std::string> now;
  std::vector<std::string> later;
  for (const std::string& key : changes(in_force_, next))
    (is_live(key, next, dimension_ != 0) ? now : later).push_back(key);
  if (now.empty())
    in_force_ = next;
  else
    take_over(next, now, {.before = {}, .keys = now, .is_logged = is_logged});
  for (const std::string& key : later)
    output_.warn(key + ": changed, and takes effect at the next start");
  load_scene_models();
}

void Repertoire::taken(const SettingsTaken& answer) {
  while (!asked_.empty() && asked_.front().number <= answer.number) {
    const Asked asked = std::move(asked_.front());
    asked_.pop_front();
    const auto is_refused = [&](std::string_view section) {
      return asked.number == answer.number &&
             std::ranges::find(answer.refused, section) != answer.refused.end();
    };
    for (const std::string_view section : kInterfaceSections) {
      if (!is_refused(section)) continue;
      for (Asked& later : asked_)
        copy_section(section, asked.before, later.before);
      if (asked_.empty()) copy_section(section, asked.before, in_force_);
    }
    for (const std::string& key : asked.keys) {
      if (is_refused(section(*find_key(key)))) continue;
      const bool is_of_take = key.starts_with("instrument.") && asked.is_logged;
      output_.tell(key + ": taken over" +
                   (is_of_take ? "; the take that is logged keeps what it began with" : ""));
    }
  }
}

}  // namespace imps
