// Whatever the bytes, parse_checkpoint() gives a whole state or an Error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "train/run_state.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto checkpoint = imps::train::parse_checkpoint(std::as_bytes(std::span(data, size)));
  if (!checkpoint) {
    if (checkpoint.error().message.empty()) std::abort();
    return 0;
  }
  const imps::train::Layout layout(checkpoint->sizes);
  const auto& learner = checkpoint->state.learner;
  if (learner.parameters.size() != layout.count || learner.first.size() != layout.count ||
      learner.second.size() != layout.count)
    std::abort();
  return 0;
}
