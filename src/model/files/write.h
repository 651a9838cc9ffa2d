// Models into files, of the form that the file's name asks for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <imps/model.h>
#include <imps/result.h>

#include "model/files/named_tensor.h"

namespace imps::files {

/// A form of model file that imps writes.
struct WrittenForm {
  std::string_view ending;       ///< ".safetensors", …
  std::string_view description;  ///< for people
  Result<std::vector<std::byte>> (*write)(const Weights& weights, const Notes& card);
};

/// The form for a file's ending (any case), or an Error that lists the endings there are.
Result<const WrittenForm*> written_form(std::string_view ending);

/// ".safetensors, .keras, .onnx or .json".
std::string written_endings();

/// `notes` as texts that every form can hold: UTF-8, and of names that come twice the last.
Notes as_card(const Notes& notes);

}  // namespace imps::files
