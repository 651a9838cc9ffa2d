// .tflite: the weights are read out of the graph by what is done with them; it is never run.
#pragma once

#include <cstddef>
#include <span>

#include <imps/model_file.h>
#include <imps/result.h>

namespace imps::files {

/// The model in the bytes of a TensorFlow Lite file; everything but its digest. int8 weights come
/// with one scale for a tensor or for each output, and are dequantised.
Result<ModelFile> read_tflite(std::span<const std::byte> bytes);

}  // namespace imps::files
