// The interfaces that the settings ask for.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>

#include <boost/asio/io_context.hpp>

#include <imps/result.h>

#include "config/settings.h"
#include "interface/interface.h"
#include "interface/midi/note_table.h"

namespace imps {

/// The sections of a configuration that are interfaces, each with one at most.
inline constexpr std::array<std::string_view, 5> kInterfaceSections{"osc", "midi", "websocket",
                                                                    "serial", "serialmidi"};

/// Whether the settings ask for the interface of this section.
bool is_wanted(std::string_view section, const Settings& settings) noexcept;

/// Lets `settings` say of this section what `from` says.
void copy_section(std::string_view section, const Settings& from, Settings& settings);

/// How many interfaces they ask for.
std::size_t count_wanted(const Settings& settings) noexcept;

/// Opens the interface of a section; nothing is heard yet. Fails when it cannot be had at all: a
/// port that somebody else has. A device that is not there is waited for. Blocks a little.
/// @param notes  where it keeps what sounds; may be null, and outlives the interface
Result<std::unique_ptr<Interface>> open_interface(std::string_view section,
                                                  boost::asio::io_context& loop,
                                                  const Settings& settings,
                                                  NoteTable* notes = nullptr);

}  // namespace imps
