// Whatever the zip, its members are within their bound.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "model/files/h5/keras_archive.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto archive = imps::files::read_keras_archive(std::as_bytes(std::span(data, size)));
  if (archive && archive->weights.size() > size * 4 + 65536) std::abort();
  return 0;
}
