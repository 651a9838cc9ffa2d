// Whatever the pickle, it is refused, or gives performances that hold together.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "dataset/perfs.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto perfs = imps::read_perfs(std::as_bytes(std::span(data, size)));
  if (!perfs) return 0;
  std::uint64_t rows = 0;
  for (const std::uint64_t one : perfs->rows)
    rows += one;
  if (perfs->values.size() != rows * static_cast<std::uint64_t>(perfs->dimension)) std::abort();
  if (perfs->values.size() > size) std::abort();
  return 0;
}
