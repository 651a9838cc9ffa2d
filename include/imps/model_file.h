// Models as files: what the field has, read whole or refused with the reason.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <imps/model.h>
#include <imps/result.h>

namespace imps {

/// A model as it was found in a file.
struct ModelFile {
  Weights weights;
  std::string format;  ///< for a reader: "Keras 3.15.1 .keras", "Keras 2.2.5 .h5 model",
                       ///< "TensorFlow Lite, int8 weights", "imps safetensors"
  /// The digest (SHA-256, lower-case hex) of the file's bytes: names a model whatever its file is
  /// called.
  std::string digest;
  /// What else the file says of itself, in its own order (name, value): for `imps inspect`.
  std::vector<std::pair<std::string, std::string>> notes;
};

/// Reads .h5, .keras, .tflite and .safetensors (told apart by content, not by name). Refuses, with
/// the file, the tensor and what was expected, whatever is cut, damaged, absurd or not a number.
/// Memory stays within a small multiple of the file's size; nothing in the file is executed; HDF5
/// is read in a child process that is ended when it takes too long. Blocks (file, child process):
/// not for the performance loop. Thread-safe: yes.
Result<ModelFile> read_model_file(const std::filesystem::path& path);

}  // namespace imps
