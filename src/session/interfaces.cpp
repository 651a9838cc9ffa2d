#include "session/interfaces.h"

#include <algorithm>
#include <utility>

#include "interface/midi/midi_interface.h"
#include "interface/osc/osc_interface.h"
#include "interface/serial/serial_interface.h"
#include "interface/serial/serial_midi_interface.h"
#include "interface/websocket/websocket_interface.h"

namespace imps {
namespace {

template <class One>
Result<std::unique_ptr<Interface>> as_interface(Result<std::unique_ptr<One>> opened) {
  if (!opened) return opened.error();
  return std::unique_ptr<Interface>(std::move(*opened));
}

}  // namespace

bool is_wanted(std::string_view section, const Settings& settings) noexcept {
  if (section == "osc") return settings.osc.enabled;
  if (section == "midi") return settings.midi.enabled;
  if (section == "websocket") return settings.websocket.enabled;
  if (section == "serial") return settings.serial.enabled;
  return section == "serialmidi" && settings.serial_midi.enabled;
}

void copy_section(std::string_view section, const Settings& from, Settings& settings) {
  if (section == "osc") settings.osc = from.osc;
  if (section == "midi") settings.midi = from.midi;
  if (section == "websocket") settings.websocket = from.websocket;
  if (section == "serial") settings.serial = from.serial;
  if (section == "serialmidi") settings.serial_midi = from.serial_midi;
}

std::size_t count_wanted(const Settings& settings) noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(
      kInterfaceSections, [&](std::string_view section) { return is_wanted(section, settings); }));
}

Result<std::unique_ptr<Interface>> open_interface(std::string_view section,
                                                  boost::asio::io_context& loop,
                                                  const Settings& settings, NoteTable* notes) {
  using One = std::unique_ptr<Interface>;
  const auto& bindings = settings.interaction.bindings;
  if (section == "osc")
    return as_interface(OscInterface::open(loop, settings.osc, settings.interaction.ahead));
  if (section == "midi")
    return One(std::make_unique<MidiInterface>(loop, settings.midi, bindings, notes));
  if (section == "websocket")
    return as_interface(WebSocketInterface::open(loop, settings.websocket, bindings));
  if (section == "serial") return One(std::make_unique<SerialInterface>(loop, settings.serial));
  return One(std::make_unique<SerialMidiInterface>(loop, settings.serial_midi, bindings, notes));
}

}  // namespace imps
