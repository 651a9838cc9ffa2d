#include "session/interfaces.h"

#include <utility>

#include "interface/midi/midi_interface.h"
#include "interface/serial/serial_interface.h"
#include "interface/serial/serial_midi_interface.h"
#include "interface/websocket/websocket_interface.h"

namespace imps {

Result<Interfaces> open_interfaces(boost::asio::io_context& loop, const Settings& settings,
                                   std::span<SoundingNotes> notes) {
  Interfaces opened;
  const auto& bindings = settings.interaction.bindings;
  if (settings.osc.enabled) {
    auto osc = OscInterface::open(loop, settings.osc, settings.interaction.ahead);
    if (!osc) return osc.error();
    opened.osc = osc->get();
    opened.all.push_back(std::move(*osc));
  }
  if (settings.midi.enabled)
    opened.all.push_back(std::make_unique<MidiInterface>(loop, settings.midi, bindings, notes));
  if (settings.websocket.enabled) {
    auto server = WebSocketInterface::open(loop, settings.websocket, bindings);
    if (!server) return server.error();
    opened.all.push_back(std::move(*server));
  }
  if (settings.serial.enabled)
    opened.all.push_back(std::make_unique<SerialInterface>(loop, settings.serial));
  if (settings.serial_midi.enabled)
    opened.all.push_back(std::make_unique<SerialMidiInterface>(
        loop, settings.serial_midi, bindings, notes.empty() ? nullptr : &notes.back()));
  return Result<Interfaces>(boost::system::in_place_value, std::move(opened));
}

}  // namespace imps
