// The models that play when there is no other: trained on a corpus of made gestures, part of the
// program.
#pragma once

#include <filesystem>
#include <string>

#include <imps/model_file.h>
#include <imps/result.h>

namespace imps {

/// Dimensions 2 to this have a trained model of their own.
inline constexpr int kMostBuiltIn = 9;
/// Those above are composed of the model of this dimension: the largest with 64 units, as 129
/// dimensions of twice as many would make a network of 200 MB.
inline constexpr int kBuiltInPart = 7;

/// How many models of kBuiltInPart the one of `dimension` is composed of; 1 up to kMostBuiltIn.
constexpr int built_in_parts(int dimension) noexcept {
  return dimension <= kMostBuiltIn ? 1 : (dimension - 1 + kBuiltInPart - 2) / (kBuiltInPart - 1);
}

/// The built-in model of `dimension` (2–129, asserted): its weights, its card as notes, and a
/// digest that begins with "built-in-". doc/model.md, "The built-in models". Blocks for some
/// milliseconds at the largest dimensions. Thread-safe: yes.
ModelFile built_in_model_file(int dimension);

inline bool is_built_in(const ModelFile& file) noexcept { return file.format == "built in"; }

/// What the built-in model of a dimension is asked for by: "built-in-9".
std::string built_in_name(int dimension);
/// Whether `path` is "built-in-D", D a dimension.
bool is_built_in_name(const std::filesystem::path& path);

/// The model file at `path`; where there is none and its name is "built-in-D", the built-in model
/// of dimension D. Errors as read_model_file() has them.
Result<ModelFile> find_model_file(const std::filesystem::path& path);

}  // namespace imps
