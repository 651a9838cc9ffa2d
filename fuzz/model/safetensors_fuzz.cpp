// Whatever the bytes, read_safetensors() gives a model or an Error; a sound model survives the way
// out and in again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "model/files/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = imps::files::read_safetensors(std::as_bytes(std::span(data, size)));
  if (!file) {
    if (file.error().message.empty()) std::abort();
    return 0;
  }
  if (!imps::check(file->weights)) return 0;
  const auto bytes = imps::files::write_safetensors(file->weights, file->notes);
  if (!bytes) return 0;  // a card that grows beyond the header's bound when it is escaped
  const auto again = imps::files::read_safetensors(*bytes);
  if (!again || again->weights.mus.kernel != file->weights.mus.kernel) std::abort();
  return 0;
}
