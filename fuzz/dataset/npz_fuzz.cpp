// Whatever the file, what is read of it holds together, in memory or in place.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "dataset/byte_source.h"
#include "dataset/npz_read.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = imps::bytes_in_memory(std::as_bytes(std::span(data, size)));
  const auto whole = imps::read_npz(bytes);
  if (whole) {
    const auto dimension = static_cast<std::uint64_t>(whole->dimension);
    require(dimension >= 2 && dimension <= 129);
    require(whole->values.size() == whole->rows * dimension);
    for (const float value : whole->values)
      require(std::isfinite(value));
    std::uint64_t rows = 0;
    for (const imps::Take& take : whole->takes) {
      require(take.first == rows && take.rows > 0);
      rows += take.rows;
    }
    require(rows == whole->rows && rows > 0);
    require(whole->digest.size() == 64);
  }
  // The same without a byte for the values: those that are stored stay where they are.
  const auto in_place = imps::read_npz(bytes, 0);
  if (in_place && in_place->place) {
    const std::uint64_t values = in_place->rows * static_cast<std::uint64_t>(in_place->dimension);
    require(*in_place->place + values * sizeof(float) <= size);
    require(in_place->values.empty());
  }
  return 0;
}
