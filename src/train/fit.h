// What training begins with: an answer that is in proportion to how the data vary.
#pragma once

#include <span>
#include <vector>

#include <imps/model.h>
#include <imps/result.h>

#include "train/corpus.h"
#include "train/layout.h"
#include "train/memory.h"

namespace imps::train {

/// How the values of a dataset lie. In ×10 units.
struct DataShape {
  /// [dimension][kept]: values of a sample of the rows, sorted.
  std::vector<std::vector<float>> sorted;
  /// How far dt varies from frame to frame while somebody plays: a robust standard deviation, from
  /// the middle half of all dt. In [0.005, 1].
  float dt_spread = 1;
  /// [dimension]: what the means of each are learnt in units of. dt_spread; 1 for a control that
  /// moves; next to nothing for one that never does: a network that knows it by heart has no need
  /// of its memory for it, and would drift when it plays for longer than a window.
  std::vector<float> units;
  /// [dimension]: whether any two rows differ.
  std::vector<bool> moves;

  /// The value below which this part of dimension d's lie; `part` in [0, 1].
  [[nodiscard]] float quantile(std::size_t d, double part) const;
};

/// Looks at a sample of the rows; at all of them where a control does not move in the first ones.
/// An Error when a dataset's file cannot be read any more.
Result<DataShape> shape_of(std::span<const Stretch> takes, int dimension);

/// How large each parameter is beside the others, [layout.count]: gradients and steps are
/// multiplied by it, as if the network said dt in units of its spread. dt is a few hundredths where
/// controls are some units, so with one rate for all, steps that are small enough to tell
/// milliseconds are far too small for the rest. shape.units for means, else 1.
Numbers<float> parameter_scales(const Layout& layout, const DataShape& shape);

/// Scales `weights` by that, spreads the components' first means over the data, and their first
/// deviations of dt from its spread (the first component) to 1, a tenth of a second (the last); of
/// a control that never moves they are its unit.
void fit(Weights& weights, const DataShape& shape);

}  // namespace imps::train
