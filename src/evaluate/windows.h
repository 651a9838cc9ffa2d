// The loss as IMPSY's training reports it: short windows, each from an empty memory.
#pragma once

#include <cstdint>

#include <imps/model.h>
#include <imps/result.h>

#include "dataset/dataset.h"

namespace imps::evaluate {

/// The mean NLL over windows and steps, in nats a frame of ×10 units.
struct WindowLoss {
  double nll = 0;             ///< 0 without windows
  std::uint64_t windows = 0;  ///< of kWindowRows rows, one beginning at every row of a take
};

struct ImpsyLoss {
  WindowLoss training;
  WindowLoss validation;
};

/// Each window from zero state, rows 0 … 49 in, rows 1 … 50 predicted; the split is
/// count_windows(). The dataset has the model's dimension (asserted). The result does not depend
/// on `threads` (0: as many as the processor has). An Error when the dataset's file cannot be read
/// any more.
Result<ImpsyLoss> impsy_loss(const Mdrnn& model, const Dataset& dataset, unsigned threads = 0);

/// The mean loss of the one window that begins at this row of the dataset, and stays in its take.
Result<double> window_loss(const Mdrnn& model, const Dataset& dataset, std::uint64_t first_row);

}  // namespace imps::evaluate
