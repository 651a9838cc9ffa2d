// MIDI by a JACK server.
#pragma once

#include <memory>

#include <imps/result.h>

#include "interface/midi/devices.h"

namespace imps {

/// A connection to the JACK server that runs, as MidiSystem::open() wants it; an Error when none
/// does. All connections of a process are one client of the server's, "imps", with a port for each
/// device. When the server ends, or gives the client up, is_there() says so, every port is deaf and
/// dumb from then on, and the next open_jack() connects anew. Thread-safe: yes; what it returns is
/// not. No server is ever started.
Result<std::unique_ptr<MidiSystem>> open_jack();

}  // namespace imps
