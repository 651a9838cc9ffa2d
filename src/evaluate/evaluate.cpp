#include "evaluate/evaluate.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace imps::evaluate {

Result<Ground> prepare(Dataset dataset, Part part, std::uint64_t window_rows) {
  Ground ground{std::move(dataset), part, {}, {}, {}, {}, {}};
  ground.stretches = stretches(ground.dataset, part, window_rows);
  if (ground.stretches.empty()) {
    return Error{fmt::format(
        "the {} part has no row to predict: {} rows in {} takes are too few to be divided (a "
        "take's first row is never predicted); record more{}",
        words(part), ground.dataset.rows(), ground.dataset.takes().size(),
        part == Part::all ? "" : ", or judge by every row with --split all")};
  }
  auto grids = find_grids(ground.dataset);
  if (!grids) return grids.error();
  ground.grids = std::move(*grids);
  auto baselines = fit_baselines(
      ground.dataset, stretches(ground.dataset, Part::training, window_rows), ground.grids);
  if (!baselines) return baselines.error();
  ground.baselines = std::move(*baselines);
  auto play = measure_play(ground.dataset, ground.stretches, ground.grids);
  if (!play) return play.error();
  ground.play = std::move(*play);

  const Stretch& first = ground.stretches.front();
  const std::uint64_t rows = std::min(Ground::kLeadIn, first.to - first.from + 1);
  ground.lead_in.resize(static_cast<std::size_t>(rows) *
                        static_cast<std::size_t>(ground.dataset.dimension()));
  const std::uint64_t from = ground.dataset.takes()[first.take].first + first.from - 1;
  if (const auto read = ground.dataset.read(from, ground.lead_in); !read) return read.error();
  return ground;
}

Result<Evaluation> evaluate(const Mdrnn& model, const Ground& ground,
                            const EvaluateSettings& settings) {
  const int wanted = ground.dataset.dimension();
  if (model.dimension() != wanted) {
    return Error{fmt::format(
        "the model's dimension is {} (dt and {} controls), the dataset's is {} (dt and {}): choose "
        "a model and a dataset of one dimension",
        model.dimension(), model.dimension() - 1, wanted, wanted - 1)};
  }
  Evaluation evaluation;
  auto scored = score(model, ground.dataset, ground.stretches, ground.grids, ground.baselines,
                      settings.threads);
  if (!scored) return scored.error();
  evaluation.score = std::move(*scored);
  if (settings.like_impsy) {
    const auto loss = impsy_loss(model, ground.dataset, settings.threads);
    if (!loss) return loss.error();
    evaluation.impsy = *loss;
  }
  evaluation.alone = play_alone(model, ground.lead_in, settings.alone, ground.grids);
  AloneSettings shorter = settings.alone;
  shorter.frames = std::min(shorter.frames, kFramesATemperature);
  evaluation.as_lively_at = as_lively_at(model, ground.lead_in, shorter, ground.grids, ground.play);
  return evaluation;
}

}  // namespace imps::evaluate
