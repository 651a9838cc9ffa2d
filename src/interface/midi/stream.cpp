#include "interface/midi/stream.h"

namespace imps {
namespace {

constexpr std::uint8_t kFirstStatus = 0x80;
constexpr std::uint8_t kFirstSystem = 0xf0;
constexpr std::uint8_t kFirstRealTime = 0xf8;

std::optional<MidiMessage> clock_in(std::uint8_t byte) noexcept {
  const auto clock = static_cast<MidiClock>(byte);
  switch (clock) {
    case MidiClock::tick:
    case MidiClock::start:
    case MidiClock::go_on:
    case MidiClock::stop:
      return MidiMessage::of(clock);
  }
  return std::nullopt;
}

}  // namespace

std::optional<MidiMessage> MidiStream::put(std::uint8_t byte) noexcept {
  if (byte >= kFirstRealTime) return clock_in(byte);
  if (byte >= kFirstSystem) {
    status_ = 0;  // system messages end running status
    has_first_ = false;
    in_system_ = true;
    return std::nullopt;
  }
  if (byte >= kFirstStatus) {
    status_ = byte;
    has_first_ = false;
    in_system_ = false;
    return std::nullopt;
  }
  if (status_ == 0) {
    if (!in_system_) ++dropped_;
    return std::nullopt;
  }
  const auto kind = static_cast<MidiMessage::Kind>(status_ & 0xf0);
  const std::uint8_t size = MidiMessage::size_of(kind);
  if (size == 3 && !has_first_) {
    first_ = byte;
    has_first_ = true;
    return std::nullopt;
  }
  MidiMessage message;
  message.size = size;
  message.data[0] = status_;
  message.data[1] = size == 3 ? first_ : byte;
  message.data[2] = size == 3 ? byte : 0;
  has_first_ = false;
  return message;
}

void MidiStream::reset() noexcept {
  status_ = 0;
  has_first_ = false;
  in_system_ = false;
}

}  // namespace imps
