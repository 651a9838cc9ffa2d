// How a performance stands.
#include <imps/version.h>

#include "session/performance.h"

namespace imps {
std::vector<StatusEntry> Performance::status() {
  act_on_turn();  // the answer knows of what was sent before the question
  const Report r = report();
  std::vector<StatusEntry> entries;
  const auto whole = [](auto n) { return static_cast<std::int64_t>(n); };
  const auto milliseconds = [](Duration d) { return static_cast<double>(d.count()) * 1e-3; };
  const PerformerSettings& settings = r.settings;
  entries.insert(entries.end(),
                 {
                     {"version", version()},
                     {"model", std::string_view(model_name_)},
                     {"dimension", whole(r.dimension)},
                     {"scene", std::string_view(scene_)},
                     {"mode", name(r.settings.mode)},
                     {"voice", std::string_view(r.voice == Voice::model ? "model" : "performer")},
                     {"paused", whole(r.paused)},
                     {"muted", whole(r.muted)},
                     {"threshold", settings.threshold.count()},
                     {"sigmatemp", settings.temperatures.sigma},
                     {"pitemp", settings.temperatures.pi},
                     {"surprise", settings.surprise},
                     {"tempo", settings.beat.tempo},
                     {"grid", settings.beat.grid},
                     {"snap", settings.beat.snap},
                     {"timescale", settings.timescale},
                     {"seed", whole(settings.seed)},
                     {"seconds", to_seconds(r.at.time_since_epoch()).count()},
                     {"priority", std::string_view(priority_)},
                     {"frames_heard", whole(r.performer.frames - r.performer.unheard)},
                     {"frames_unheard", whole(r.performer.unheard)},
                     {"predictions", whole(r.performer.predictions)},
                     {"predictions_cancelled", whole(r.performer.cancelled)},
                     {"predictions_overflowed", whole(r.performer.overflowed)},
                     {"predictions_outdated", whole(r.performer.outdated)},
                     {"schedule_restarts", whole(r.performer.restarts)},
                     {"lateness_median_ms", milliseconds(r.lateness.median)},
                     {"lateness_p99_ms", milliseconds(r.lateness.p99)},
                     {"lateness_p999_ms", milliseconds(r.lateness.p999)},
                     {"lateness_worst_ms", milliseconds(r.lateness.worst)},
                     {"response_median_ms", milliseconds(r.response.median)},
                     {"response_p99_ms", milliseconds(r.response.p99)},
                     {"log_refused", whole(r.log_refused)},
                 });
  for (const auto& [section, interface] : interfaces_)
    interface->add_status(entries);
  return entries;
}

Report Performance::report() {
  Report r;
  r.at = now();
  r.settings = told_settings_;
  r.priority = priority_;
  if (performer_) {
    r.voice = performer_->voice();
    r.settings = performer_->settings();
    r.paused = performer_->paused();
    r.muted = performer_->muted();
    r.held = performer_->held();
    r.dimension = performer_->dimension();
    const PerformerCounts& counts = performer_->counts();
    r.performer = all_counts();
    r.take_rows = counts.frames + counts.predictions;
  }
  if (osc_ != nullptr) r.osc = osc_->counts();
  r.lateness = summary(lateness_);
  r.response = summary(response_);
  r.last_prediction = last_prediction_;
  r.log_refused = log_refused_;
  r.untold = untold_;
  return r;
}

PerformerCounts Performance::all_counts() const noexcept {
  const PerformerCounts& a = counted_;
  const PerformerCounts& b = performer_->counts();
  return {.frames = a.frames + b.frames,
          .unheard = a.unheard + b.unheard,
          .predictions = a.predictions + b.predictions,
          .cancelled = a.cancelled + b.cancelled,
          .overflowed = a.overflowed + b.overflowed,
          .outdated = a.outdated + b.outdated,
          .restarts = a.restarts + b.restarts,
          .panics = a.panics + b.panics};
}

}  // namespace imps
