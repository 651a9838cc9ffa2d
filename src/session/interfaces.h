// The interfaces that the settings ask for.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include <boost/asio/io_context.hpp>

#include <imps/result.h>

#include "config/settings.h"
#include "interface/interface.h"
#include "interface/midi/sounding_notes.h"
#include "interface/osc/osc_interface.h"

namespace imps {

struct Interfaces {
  std::vector<std::unique_ptr<Interface>> all;
  OscInterface* osc = nullptr;  ///< of these; null where OSC is off
};

/// Opens them; nothing is heard yet. Fails when one cannot be had at all: a port that somebody else
/// has. A device that is not there is waited for. Blocks a little.
/// @param notes  where outputs keep what sounds, one for each of note_outputs(); may be empty
Result<Interfaces> open_interfaces(boost::asio::io_context& loop, const Settings& settings,
                                   std::span<SoundingNotes> notes = {});

}  // namespace imps
