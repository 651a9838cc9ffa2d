// One network for many controls out of a network for few.
#pragma once

#include <imps/model.h>

namespace imps {

/// A network of `dimension` that is `part` several times side by side (part.sizes.dimension − 1
/// controls each; weights are checked, dimension is larger than the part's: asserted).
///
/// Each group of controls has LSTM units of its own, which hear dt and the group's controls; a part
/// of which the last group has not all controls hears those it has over again. The groups agree on
/// dt and on the component: dt's mean and the logits are the means over all groups. So component m
/// moves each group as component m of the part does.
Weights compose(const Weights& part, int dimension);

}  // namespace imps
