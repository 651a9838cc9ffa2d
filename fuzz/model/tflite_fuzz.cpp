// Whatever the bytes, read_tflite() gives a sound model or an Error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "model/files/tflite.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = imps::files::read_tflite(std::as_bytes(std::span(data, size)));
  if (!file && file.error().message.empty()) std::abort();
  return 0;
}
