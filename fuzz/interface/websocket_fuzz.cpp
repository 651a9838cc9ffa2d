// What a WebSocket client says: a MIDI message as text, or a frame as JSON.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "interface/frame_values.h"
#include "interface/midi/text.h"
#include "interface/websocket/frame_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto midi = imps::midi_of(text)) {
    if (imps::midi_of(imps::text_of(*midi)) != midi) std::abort();
    return 0;
  }
  imps::PortTally tally("websocket");
  auto controls = imps::read_frame(text);
  if (!controls || !imps::settle_frame(*controls, 0, tally)) return 0;
  const auto again = imps::read_frame(imps::frame_text(*controls));
  if (!again || again->size() != controls->size()) std::abort();
  return 0;
}
