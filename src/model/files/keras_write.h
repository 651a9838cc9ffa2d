// .keras, through the child process that writes HDF5.
#pragma once

#include <cstddef>
#include <vector>

#include <imps/model.h>
#include <imps/result.h>

#include "model/files/named_tensor.h"

namespace imps::files {

/// A .keras file of Keras 3 that holds the network as it plays, with `card` under "imps" in its
/// metadata.json. It loads where keras-mdn-layer is installed, and is a model file of IMPSY's.
/// The same arguments give the same bytes. Blocks (child process). Thread-safe: yes.
Result<std::vector<std::byte>> write_keras(const Weights& weights, const Notes& card);

}  // namespace imps::files
