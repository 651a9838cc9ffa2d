// Any bytes as a MIDI stream, and any text as the WebSocket's: only whole messages with numbers in
// range may come of them, and controls in [0, 1].
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "interface/midi/decoder.h"
#include "interface/midi/stream.h"
#include "interface/midi/text.h"

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

std::vector<imps::MidiMapping> mappings() {
  using Kind = imps::MidiMapping::Kind;
  std::vector<imps::MidiMapping> list;
  for (const Kind kind :
       {Kind::note, Kind::velocity, Kind::control_change, Kind::control_change_fine, Kind::nrpn,
        Kind::pitch_bend, Kind::channel_pressure, Kind::poly_pressure, Kind::program_change})
    list.push_back({.kind = kind, .number = 1, .least = 5, .most = imps::greatest_raw(kind) - 5});
  return list;
}

void check(const imps::MidiMessage& message, imps::MidiDecoder& decoder) {
  require(message.size == imps::MidiMessage::size_of(message.kind()));
  require(message.data[0] >= 0x80 && message.data[0] < 0xf0);
  require(message.data[1] < 0x80 && message.data[2] < 0x80);
  const auto updates = decoder.on(message);
  for (std::size_t k = 0; k < updates.size(); ++k) {
    require(k == 0 || updates[k - 1].control < updates[k].control);
    require(updates[k].value >= 0 && updates[k].value <= 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  imps::MidiDecoder decoder(mappings());
  imps::MidiStream stream;
  for (std::size_t k = 0; k < size; ++k)
    if (const auto message = stream.put(data[k])) check(*message, decoder);
  require(stream.dropped() <= size);

  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto message = imps::midi_of(text)) {
    check(*message, decoder);
    require(imps::midi_of(imps::text_of(*message)) == *message);
  }
  return 0;
}
