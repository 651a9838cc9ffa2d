// A tensor as a file names it, before anybody knows what it is for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace imps::files {

/// Shape and, if it could be weights at all, values.
struct NamedTensor {
  std::string name;                  ///< the path inside the file, parts joined by '/'
  std::vector<std::uint64_t> shape;  ///< outermost first
  std::string type;                  ///< as the file has it, for a reader: "float32", "int64"
  std::vector<float> values;         ///< all of them, or none where they were not read
  bool read = false;
};

/// What a file says of itself: name and value.
using Notes = std::vector<std::pair<std::string, std::string>>;

/// All that a container of named tensors holds.
struct NamedTensors {
  std::vector<NamedTensor> tensors;  ///< in the file's own order where it has one
  Notes texts;
};

/// The most values that the weights from a file of `file_size` bytes may have together: keeps
/// memory within a small multiple of the file. Weights hardly compress, so honest files stay far
/// below it.
inline std::uint64_t most_values(std::size_t file_size) noexcept {
  return std::uint64_t{file_size} * 2 + 65536;
}

/// "[4, 256]".
std::string shape_text(const std::vector<std::uint64_t>& shape);
/// "float32 [4, 256]".
std::string describe(const NamedTensor& tensor);

}  // namespace imps::files
