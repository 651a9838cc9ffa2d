#include "session/state_json.h"

#include <cmath>
#include <string_view>

#include <imps/version.h>

namespace imps {
namespace {

using Json = nlohmann::json;

double milliseconds(Duration duration) { return static_cast<double>(duration.count()) * 1e-3; }

}  // namespace

std::vector<std::size_t> numbers_of(const ControlSet& controls) {
  std::vector<std::size_t> numbers;
  for (std::size_t k = 0; k < controls.size(); ++k)
    if (controls.test(k)) numbers.push_back(k);
  return numbers;
}

Json state_json(const Report& report, const Settings& settings, const HouseFacts& facts) {
  const PerformerSettings& played = report.settings;
  Json scenes = Json::array();
  for (const Scene& scene : settings.scenes)
    scenes.push_back(scene.name);
  Json model;
  if (!facts.model_name.empty()) model = {{"name", facts.model_name}, {"words", facts.model_words}};
  Json log;
  if (!facts.log.empty())
    log = {{"path", facts.log.string()},
           {"rows", report.take_rows},
           {"unsynced", facts.log_unsynced},
           {"began", std::floor(to_seconds(facts.log_began.time_since_epoch()).count() * 10) / 10}};
  std::error_code ignored;
  const PerformerCounts& counts = report.performer;
  return {
      {"version", version()},
      // To a tenth: the page has a clock of its own.
      {"seconds", std::floor(to_seconds(report.at.time_since_epoch()).count() * 10) / 10},
      {"dimension", report.dimension},
      {"instrument",
       {{"name", settings.instrument.name}, {"controls", settings.instrument.controls}}},
      {"model", model},
      {"mode", name(played.mode)},
      {"voice", report.voice == Voice::model ? "model" : "performer"},
      {"paused", report.paused},
      {"muted", report.muted},
      {"thru", played.thru},
      {"shared_hands", played.shared},
      {"held", numbers_of(report.held)},
      {"release", played.release.count()},
      {"threshold", played.threshold.count()},
      {"sigmatemp", played.temperatures.sigma},
      {"pitemp", played.temperatures.pi},
      {"surprise", played.surprise},
      {"tempo", played.beat.tempo},
      {"grid", played.beat.grid},
      {"snap", played.beat.snap},
      {"timescale", played.timescale},
      {"seed", played.seed},
      {"scene", facts.scene},
      {"scenes", scenes},
      {"ports", facts.ports},
      {"records", facts.records},
      {"log", log},
      {"counts",
       {{"frames", counts.frames},
        {"unheard", counts.unheard},
        {"predictions", counts.predictions},
        {"cancelled", counts.cancelled},
        {"overflowed", counts.overflowed},
        {"outdated", counts.outdated},
        {"restarts", counts.restarts},
        {"panics", counts.panics},
        {"refused", report.osc.malformed + report.osc.wrong_count + report.osc.not_numbers +
                        report.osc.unknown_address + report.osc.refused_commands},
        {"clamped", report.osc.clamped},
        {"nobody_there", report.osc.send_errors},
        {"log_refused", report.log_refused}}},
      {"lateness",
       {{"median_ms", milliseconds(report.lateness.median)},
        {"p99_ms", milliseconds(report.lateness.p99)},
        {"worst_ms", milliseconds(report.lateness.worst)}}},
      {"config", facts.config ? Json(facts.config->string()) : Json()},
      {"folder", std::filesystem::current_path(ignored).filename().string()},
  };
}

}  // namespace imps
