// What models' files are called.
#pragma once

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

namespace imps {

/// Whether a file is a model's that imps reads, by the ending of its name.
inline bool is_model_name(const std::filesystem::path& path) {
  constexpr std::array<std::string_view, 4> kEndings{".safetensors", ".keras", ".h5", ".tflite"};
  return std::ranges::find(kEndings, path.extension().string()) != kEndings.end();
}

}  // namespace imps
