// A dataset out of an .npz, ours or IMPSY's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <imps/result.h>

#include "dataset/byte_source.h"
#include "dataset/dataset.h"

namespace imps {

/// What an .npz holds.
struct NpzContent {
  int dimension = 0;
  std::uint64_t rows = 0;
  std::vector<Take> takes;
  std::vector<float> values;           // [rows, dimension]; empty when they stay in the file
  std::optional<std::uint64_t> place;  ///< where in the file they lie, when they stay there
  std::string digest;                  ///< as Dataset::digest()
};

/// Reads everything but values of more than `most_in_memory` bytes, which must be stored without
/// compression then. The Errors do not name the file. Memory: a small multiple of the file.
Result<NpzContent> read_npz(const std::shared_ptr<const ByteSource>& bytes,
                            std::uint64_t most_in_memory = Dataset::kMostBytesInMemory);

/// Every number finite, and none absurd; or an Error that names the first that is not. `first_row`
/// is the number of the first of `values`, for the message.
Result<void> check_values(std::span<const float> values, int dimension, std::uint64_t first_row);

}  // namespace imps
