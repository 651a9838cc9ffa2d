// The production path of .h5 and .keras: every input has its own child process, in which HDF5 may
// well crash. That must stay in there.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "model/files/keras.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = imps::files::read_keras(std::as_bytes(std::span(data, size)));
  if (!file && file.error().message.empty()) std::abort();
  return 0;
}
