// A MIDI message, as bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace imps {

/// Controllers with a meaning of their own. MIDI 1.0 Detailed Specification, table 3.
namespace controller {
inline constexpr int kDataEntry = 6;
inline constexpr int kFine = 32;  ///< from a 14-bit controller's upper half (0–31) to its lower
inline constexpr int kDataEntryFine = kDataEntry + kFine;
inline constexpr int kSustain = 64;
inline constexpr int kSostenuto = 66;
inline constexpr int kParameterFine = 98;
inline constexpr int kParameter = 99;
inline constexpr int kRegisteredFine = 100;
inline constexpr int kRegistered = 101;
inline constexpr int kAllSoundOff = 120;
inline constexpr int kAllNotesOff = 123;
}  // namespace controller

/// What a sequencer's clock says, each in one byte. MIDI 1.0 Detailed Specification, table 6.
enum class MidiClock : std::uint8_t {
  tick = 0xf8,  ///< 24 in a beat
  start = 0xfa,
  go_on = 0xfb,
  stop = 0xfc,
};

/// A channel voice message: a status byte 0x80–0xEF and one or two data bytes below 0x80; or what a
/// clock says, which has no channel and no kind. MIDI 1.0 Detailed Specification, table 1.
struct MidiMessage {
  enum class Kind : std::uint8_t {
    note_off = 0x80,
    note_on = 0x90,
    poly_pressure = 0xa0,
    control_change = 0xb0,
    program_change = 0xc0,
    channel_pressure = 0xd0,
    pitch_bend = 0xe0,
  };

  static constexpr int kBendMiddle = 8192;

  std::array<std::uint8_t, 3> data{};
  std::uint8_t size = 0;

  /// @param channel  1–16. @param first, second  0–127; only the first counts where a kind has one.
  static constexpr MidiMessage of(Kind kind, int channel, int first, int second = 0) noexcept {
    return {{static_cast<std::uint8_t>(static_cast<int>(kind) | (channel - 1)),
             static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(second)},
            size_of(kind)};
  }
  /// @param raw  0–16383.
  static constexpr MidiMessage pitch_bend(int channel, int raw) noexcept {
    return of(Kind::pitch_bend, channel, raw & 0x7f, raw >> 7);
  }
  static constexpr MidiMessage of(MidiClock clock) noexcept {
    return {{static_cast<std::uint8_t>(clock), 0, 0}, 1};
  }
  /// What ends all that may sound on a channel: pedal up, bend to the middle, all sound and all
  /// notes off.
  static constexpr std::array<MidiMessage, 4> silence(int channel) noexcept {
    return {of(Kind::control_change, channel, controller::kSustain),
            pitch_bend(channel, kBendMiddle),
            of(Kind::control_change, channel, controller::kAllSoundOff),
            of(Kind::control_change, channel, controller::kAllNotesOff)};
  }
  /// Bytes in all.
  static constexpr std::uint8_t size_of(Kind kind) noexcept {
    return kind == Kind::program_change || kind == Kind::channel_pressure ? 2 : 3;
  }

  /// Then there is no kind, and no channel.
  [[nodiscard]] constexpr bool is_clock() const noexcept { return size == 1; }
  [[nodiscard]] constexpr MidiClock clock() const noexcept {
    return static_cast<MidiClock>(data[0]);
  }
  [[nodiscard]] constexpr Kind kind() const noexcept { return static_cast<Kind>(data[0] & 0xf0); }
  [[nodiscard]] constexpr int channel() const noexcept { return (data[0] & 0x0f) + 1; }
  [[nodiscard]] constexpr int first() const noexcept { return data[1]; }
  [[nodiscard]] constexpr int second() const noexcept { return data[2]; }
  /// Of a pitch bend, 0–16383.
  [[nodiscard]] constexpr int bend() const noexcept { return data[1] | data[2] << 7; }
  /// A note-on of velocity 0 is a note-off.
  [[nodiscard]] constexpr bool is_note_on() const noexcept {
    return kind() == Kind::note_on && data[2] > 0;
  }
  [[nodiscard]] constexpr bool is_note_off() const noexcept {
    return kind() == Kind::note_off || (kind() == Kind::note_on && data[2] == 0);
  }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept {
    return std::span(data).first(size);
  }

  friend bool operator==(const MidiMessage&, const MidiMessage&) = default;
};

}  // namespace imps
