// Everything that is said of a model on a dataset.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <imps/model.h>
#include <imps/result.h>

#include "dataset/dataset.h"
#include "evaluate/alone.h"
#include "evaluate/baseline.h"
#include "evaluate/grid.h"
#include "evaluate/part.h"
#include "evaluate/score.h"
#include "evaluate/windows.h"

namespace imps::evaluate {

/// What is known of the data before any model: made once for all models that are judged by it.
struct Ground {
  Dataset dataset;
  Part part = Part::all;
  std::vector<Stretch> stretches;   ///< the rows that models are judged by
  std::vector<Grid> grids;          // [dimension]
  std::vector<Baseline> baselines;  // [dimension]; of the training part
  Play play;                        ///< the performer, in those rows
  std::vector<float> lead_in;       // [rows, dimension]; what a model hears before it plays alone

  static constexpr std::uint64_t kLeadIn = 50;  ///< rows, at most
};

/// Reads what is needed of `dataset`. Refuses a part without any row that can be predicted.
/// `window_rows`: see stretches().
Result<Ground> prepare(Dataset dataset, Part part, std::uint64_t window_rows = kWindowRows);

struct EvaluateSettings {
  bool like_impsy = false;  ///< every window of every take: 50 steps for each row
  AloneSettings alone;
  unsigned threads = 0;  ///< 0: as many as the processor has; changes no result
};

/// Frames that are played alone at each sigma temperature, at most.
inline constexpr std::uint64_t kFramesATemperature = 1000;

struct Evaluation {
  Score score;
  Play alone;
  double as_lively_at = 0;  ///< the sigma temperature, see as_lively_at()
  std::optional<ImpsyLoss> impsy;
};

/// Refuses a model of another dimension than the dataset's. Thread-safe: yes.
Result<Evaluation> evaluate(const Mdrnn& model, const Ground& ground,
                            const EvaluateSettings& settings);

}  // namespace imps::evaluate
