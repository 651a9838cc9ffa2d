// What the child process sends is hostile too: it may have been taken over by the file it reads.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "model/files/keras_roles.h"
#include "model/files/tensor_stream.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto found = imps::files::read_tensor_stream(std::as_bytes(std::span(data, size)));
  if (!found) return 0;
  imps::files::Notes notes;
  const auto weights = imps::files::keras_weights(*found, notes);
  if (!weights && weights.error().message.empty()) std::abort();
  return 0;
}
