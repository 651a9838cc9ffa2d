// .h5 and .keras, through the child process that reads HDF5.
#pragma once

#include <cstddef>
#include <span>

#include <imps/model_file.h>
#include <imps/result.h>

namespace imps::files {

/// The model in the bytes of an .h5 or .keras file; everything but its digest.
Result<ModelFile> read_keras(std::span<const std::byte> bytes);

}  // namespace imps::files
