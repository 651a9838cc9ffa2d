// imps's own model format: safetensors, an open one that loads in NumPy and PyTorch as it is.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <imps/model_file.h>
#include <imps/result.h>

#include "model/files/named_tensor.h"

namespace imps::files {

/// The model in `bytes`, its `__metadata__` as notes; everything but its digest. The header is at
/// most 256 KiB. Memory: a small multiple of the bytes.
Result<ModelFile> read_safetensors(std::span<const std::byte> bytes);

/// The file for `weights` (which are checked first): tensors in Keras layout as
/// doc/formats/models.md lists them, `metadata` as it is, in its order. Names must differ.
Result<std::vector<std::byte>> write_safetensors(const Weights& weights, const Notes& metadata);

/// Whether `bytes` begin as a safetensors file does: a length, then "{".
bool looks_like_safetensors(std::span<const std::byte> bytes) noexcept;

}  // namespace imps::files
