// Tensors as an HDF5 file. Only the program imps-write-h5 uses this: HDF5 is not linked into imps.
#pragma once

#include <cstddef>
#include <vector>

#include <imps/result.h>

#include "model/files/named_tensor.h"

namespace imps::files {

/// The bytes of an HDF5 file with a float32 dataset at each tensor's path, and each text named
/// "path@attribute" as an attribute of the group at that path; groups are made as they are needed.
/// The same input gives the same bytes: nothing in them says when. Thread-safe: no.
Result<std::vector<std::byte>> write_h5(const NamedTensors& contents);

}  // namespace imps::files
