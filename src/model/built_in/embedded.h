// The built-in models' files, as they are in this folder.
#pragma once

#include <cstddef>
#include <span>

namespace imps {

/// The safetensors file of `dimension`, 2–9 (asserted). Made by tools/train-built-in.
std::span<const std::byte> embedded_model(int dimension) noexcept;

}  // namespace imps
