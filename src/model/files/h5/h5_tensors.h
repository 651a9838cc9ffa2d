// The datasets of an HDF5 file. Only the program imps-read-h5 uses this: HDF5 itself can crash on a
// hostile file, so it never runs inside imps.
#pragma once

#include <cstddef>
#include <span>

#include <imps/result.h>

#include "model/files/named_tensor.h"

namespace imps::files {

/// Every dataset of the HDF5 file whose bytes are `image`, with values where it is of floating
/// point, and Keras's own attributes as texts named "path@attribute". An optimiser's state is left
/// out. Soft and external links, external storage and virtual datasets are never followed.
/// Refuses when there are more values than most_values(`file_size`). Thread-safe: no.
Result<NamedTensors> read_h5_tensors(std::span<const std::byte> image, std::size_t file_size);

/// Whether `bytes` begin as an HDF5 file does.
bool looks_like_h5(std::span<const std::byte> bytes) noexcept;

}  // namespace imps::files
