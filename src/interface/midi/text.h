// MIDI messages as texts, as the predecessor's WebSocket has them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "interface/midi/message.h"

namespace imps {

/// "/channel/1/noteon/60/100", "/channel/1/noteoff/60/0", "/channel/1/cc/42/64",
/// "/channel/1/pitchbend/8192"; channels from 1. Nothing for any other text, or a number that is
/// out of range.
std::optional<MidiMessage> midi_of(std::string_view text) noexcept;

/// The text of a note, a controller or a pitch bend; empty for other kinds, which have none.
std::string text_of(const MidiMessage& message);

}  // namespace imps
