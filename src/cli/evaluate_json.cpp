#include <cmath>
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "cli/evaluate_words.h"

namespace imps::cli {
namespace {

using Json = nlohmann::ordered_json;

/// JSON has no word for what is not finite.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

std::string column(std::size_t d) { return d == 0 ? "dt" : fmt::format("x_{}", d); }

Json as_json(const evaluate::Coverage& coverage) {
  return {{"central_50", coverage.half}, {"central_90", coverage.ninety}};
}

Json as_json(const evaluate::Score& score, const evaluate::Ground& ground) {
  Json dimensions = Json::array();
  for (std::size_t d = 0; d < score.dimensions.size(); ++d) {
    const auto& one = score.dimensions[d];
    dimensions.push_back({{"name", column(d)},
                          {"resolution", words(ground.grids[d].kind)},
                          {"step", 1 / ground.grids[d].steps},
                          {"bits", one.bits},
                          {"hold_bits", one.hold_bits},
                          {"marginal_bits", one.marginal_bits},
                          {"skill_over_hold", one.hold_bits - one.bits},
                          {"skill_over_marginal", one.marginal_bits - one.bits},
                          {"coverage", as_json(one.coverage)},
                          {"point_coverage", as_json(one.point_coverage)}});
  }
  return {{"frames", score.frames},
          {"nll", score.nll},
          {"bits", score.bits},
          {"hold_bits", score.hold_bits},
          {"marginal_bits", score.marginal_bits},
          {"skill_over_hold", score.hold_bits - score.bits},
          {"skill_over_marginal", score.marginal_bits - score.bits},
          {"frames_cut", score.cut},
          {"most_bits", evaluate::most_bits_of_frame(score.dimensions.size())},
          {"dimensions", dimensions}};
}

Json as_json(const evaluate::WindowLoss& loss) {
  return {{"nll", loss.windows > 0 ? Json(loss.nll) : Json()}, {"windows", loss.windows}};
}

Json as_json(const evaluate::Play& play) {
  Json controls = Json::array();
  for (std::size_t k = 0; k < play.controls.size(); ++k) {
    const auto& control = play.controls[k];
    controls.push_back({{"name", column(k + 1)},
                        {"low", control.low},
                        {"median", control.middle},
                        {"high", control.high},
                        {"moved", control.moved},
                        {"mean_step", control.mean_step},
                        {"places", control.places},
                        {"steps", control.steps}});
  }
  Json together = Json::array();
  const std::size_t n = play.controls.size();
  for (std::size_t a = 0; a < n; ++a) {
    Json line = Json::array();
    for (std::size_t b = 0; b < n; ++b)
      line.push_back(number(play.together[a * n + b]));
    together.push_back(line);
  }
  return {{"frames", play.frames},
          {"seconds", play.seconds},
          {"frames_per_second", play.frames_per_second},
          {"rests", play.rests},
          {"median_dt", play.middle_dt},
          {"controls", controls},
          {"together", together}};
}

Json as_json(const evaluate::Difference& difference) {
  return {{"mean", difference.mean},
          {"lower", number(difference.lower)},
          {"upper", number(difference.upper)}};
}

Json as_json(const evaluate::Comparison& comparison) {
  Json dimensions = Json::array();
  for (std::size_t d = 0; d < comparison.dimensions.size(); ++d) {
    Json one{{"name", column(d)}};
    one.update(as_json(comparison.dimensions[d]));
    dimensions.push_back(one);
  }
  return {{"bits", as_json(comparison.bits)},
          {"nll", as_json(comparison.nll)},
          {"dimensions", dimensions}};
}

}  // namespace

Json findings_json(const Findings& findings) {
  const auto& ground = findings.ground;
  Json models = Json::array();
  for (const Judged& judged : findings.models) {
    const auto& found = judged.found;
    models.push_back(
        {{"model", judged.name},
         {"digest", judged.digest},
         {"dimension", judged.sizes.dimension},
         {"size", size_name(judged.sizes)},
         {"layers", judged.sizes.layers},
         {"units", judged.sizes.units},
         {"mixtures", judged.sizes.mixtures},
         {"trained_on_this_dataset", judged.trained_here},
         {"score", as_json(found.score, ground)},
         {"like_impsy", found.impsy ? Json{{"training", as_json(found.impsy->training)},
                                           {"validation", as_json(found.impsy->validation)}}
                                    : Json()},
         {"alone", as_json(found.alone)},
         {"as_lively_at_sigma_temperature", found.as_lively_at}});
  }
  Json comparisons = Json::array();
  for (std::size_t k = 0; k < findings.comparisons.size(); ++k) {
    Json one{{"model", findings.models[k + 1].name}, {"less", findings.models[0].name}};
    one.update(as_json(findings.comparisons[k]));
    comparisons.push_back(one);
  }
  const auto& alone = findings.settings.alone;
  return {{"dataset",
           {{"file", findings.dataset},
            {"digest", ground.dataset.digest()},
            {"dimension", ground.dataset.dimension()},
            {"rows", ground.dataset.rows()},
            {"takes", ground.dataset.takes().size()}}},
          {"split", words(ground.part)},
          {"frames", count_frames(ground.stretches)},
          {"performer", as_json(ground.play)},
          {"alone_settings",
           {{"seed", alone.seed},
            {"frames", alone.frames},
            {"sigma_temperature", alone.temperatures.sigma},
            {"pi_temperature", alone.temperatures.pi}}},
          {"models", models},
          {"comparisons", comparisons}};
}

}  // namespace imps::cli
