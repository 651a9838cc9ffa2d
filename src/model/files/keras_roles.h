// Which of a Keras file's tensors is which part of the network.
#pragma once

#include <imps/model.h>
#include <imps/result.h>

#include "model/files/named_tensor.h"

namespace imps::files {

/// The network whose tensors `found` holds, in any of the layouts that Keras has used:
///   - `…/lstm_0/kernel:0`, `recurrent_kernel:0`, `bias:0`, `…/mdn_mus/kernel:0` (Keras 2),
///   - `layers/lstm/cell/vars/{0,1,2}`, `…/mdn_mus/vars/{0,1}` (Keras 3).
/// The order of layers is that of the attribute layer_names, else of the numbers in their names.
/// mus, sigmas and pi are told apart by their names, else by shape and order, which is then noted.
/// The values are moved out of `found`. An Error names the tensor and what was expected; when one
/// is missing, it lists what there is.
Result<Weights> keras_weights(NamedTensors& found, Notes& notes);

}  // namespace imps::files
