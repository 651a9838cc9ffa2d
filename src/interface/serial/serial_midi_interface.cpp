#include "interface/serial/serial_midi_interface.h"

#include <fmt/format.h>

namespace imps {
namespace {

/// A byte is sent with a start and a stop bit.
constexpr double kBitsAByte = 10;

}  // namespace

SerialMidiInterface::SerialMidiInterface(boost::asio::io_context& loop,
                                         const SerialMidiSettings& settings,
                                         const std::vector<MidiBinding>& bindings,
                                         SoundingNotes* notes)
    : line_(loop, settings.port, settings.baudrate),
      ear_(settings.input, bindings),
      encoder_(settings.output),
      notes_(notes),
      output_(loop, settings.baudrate / kBitsAByte, [this](const Sound& sound, TimePoint) {
        std::size_t bytes = 0;
        encoder_.play(sound.controls, sound.touched,
                      [&](const MidiMessage& message) { bytes += send(message); });
        return bytes;
      }) {}

void SerialMidiInterface::start(Listener& listener) {
  listener_ = &listener;
  line_.start({.on_bytes = [this](std::span<const std::uint8_t> bytes) { on_bytes(bytes); },
               .on_change =
                   [this](bool) {
                     stream_.reset();
                     // What was sent to a device that has gone, this one has not heard.
                     encoder_.release([](const MidiMessage&) {});
                     if (notes_ != nullptr) notes_->forget();
                   }});
}

void SerialMidiInterface::stop() noexcept {
  listener_ = nullptr;
  line_.stop();
}

void SerialMidiInterface::on_bytes(std::span<const std::uint8_t> bytes) {
  listener_->begin_turn();
  for (const std::uint8_t byte : bytes) {
    const auto message = stream_.put(byte);
    if (!message) continue;
    ++tally_.counts.messages;
    if (ear_.hear(*message, *listener_)) ++tally_.counts.moves;
  }
  if (stream_.dropped() > bytes_dropped_) {
    tally_.fault(&PortCounts::dropped, "bytes that are no MIDI: is the speed right?",
                 stream_.dropped() - bytes_dropped_);
    bytes_dropped_ = stream_.dropped();
  }
  listener_->end_turn(false);
}

std::size_t SerialMidiInterface::send(const MidiMessage& message) {
  if (notes_ != nullptr && line_.is_connected()) notes_->before(message);
  if (!line_.write(message.bytes())) {
    ++tally_.counts.not_sent;
    return 0;
  }
  if (notes_ != nullptr) notes_->after(message);
  ++tally_.counts.sent;
  return message.size;
}

void SerialMidiInterface::release(TimePoint now) {
  std::size_t bytes = 0;
  encoder_.release([&](const MidiMessage& message) { bytes += send(message); });
  output_.drop(bytes, now);
}

void SerialMidiInterface::panic(TimePoint now) {
  std::size_t bytes = 0;
  encoder_.panic([&](const MidiMessage& message) { bytes += send(message); });
  output_.drop(bytes, now);
}

bool SerialMidiInterface::is_sending() const noexcept {
  return line_.is_connected() && line_.waiting() > 0;
}

std::string SerialMidiInterface::description() const {
  return fmt::format("MIDI on a serial line, {} at {} baud", line_.port(), line_.baudrate());
}

void SerialMidiInterface::add_status(std::vector<StatusEntry>& entries) {
  entries.push_back({"serialmidi_connected", std::int64_t{line_.is_connected()}});
  tally_.add_status(entries);
}

std::optional<std::string> SerialMidiInterface::take_fault(TimePoint now) {
  if (auto news = news_.take("serialmidi", line_)) return news;
  return tally_.take_report(now);
}

}  // namespace imps
