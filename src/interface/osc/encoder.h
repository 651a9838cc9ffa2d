// Frames and answers to OSC packets, in the caller's memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "interface/interface.h"

namespace imps {

/// The largest payload of a UDP datagram over IPv4.
inline constexpr std::size_t kLargestDatagram = 65'507;

/// All of these give the part of `into` that was written, or nothing when it is too small; they
/// fit in kLargestDatagram but for addresses and status replies of tens of KiB.
/// Realtime-safe: yes. Thread-safe: yes.
using OscPacket = std::optional<std::span<const std::byte>>;

/// A message: `address` (without a 0), type tags and `values` as float32. At most kMaxControls
/// values.
OscPacket encode_frame(std::span<std::byte> into, std::string_view address,
                       std::span<const double> values) noexcept;

/// The same message in a bundle.
/// @param when  the time tag, see to_ntp().
OscPacket encode_frame_at(std::span<std::byte> into, std::uint64_t when, std::string_view address,
                          std::span<const double> values) noexcept;

/// /imps/owner with an integer for each of so many controls: 1 where it is the performer's, 0 where
/// it is the model's.
OscPacket encode_owner(std::span<std::byte> into, const ControlSet& performer,
                       std::size_t controls) noexcept;

/// The answer to /ping: /pong without arguments.
OscPacket encode_pong(std::span<std::byte> into) noexcept;

/// The answer to /imps/status: that address, then for each entry its key (s) and its value: f for
/// a real number, i for a whole one (h where i is too small), s for a text. Texts end at their
/// first 0.
OscPacket encode_status(std::span<std::byte> into, std::span<const StatusEntry> entries) noexcept;

}  // namespace imps
