#include "interface/serial/serial_midi_interface.h"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "interface/steady_now.h"

namespace imps {

SerialMidiInterface::SerialMidiInterface(boost::asio::io_context& loop,
                                         const SerialMidiSettings& settings,
                                         const std::vector<MidiBinding>& bindings, NoteTable* notes)
    : loop_(loop),
      line_(loop, settings.port, settings.baudrate),
      ear_(settings.input, bindings),
      follows_clock_(settings.follow_clock),
      halves_(loop),
      notes_(notes, NoteOutput::Kind::serial, std::to_string(settings.baudrate), settings.port),
      output_(
          loop, settings.output, settings.baudrate / SerialLine::kBitsAByte,
          [this](const MidiMessage& message) { return send(message); },
          [this] { return line_.is_stalled(); }) {}

SerialMidiInterface::~SerialMidiInterface() {
  if (line_.waiting() > 0) notes_.doubt();
}

void SerialMidiInterface::start(Listener& listener) {
  listener_ = &listener;
  line_.start({.on_bytes = [this](std::span<const std::uint8_t> bytes) { on_bytes(bytes); },
               .on_change = [this](bool connected) { on_change(connected); }});
}

void SerialMidiInterface::on_change(bool connected) {
  stream_.reset();
  // What was sent to a device that has gone, this one has not heard.
  output_.forget();
  if (connected) {
    // But what sounded may sound on, in a synthesizer behind an adapter that was pulled out.
    for (const MidiMessage& message : notes_.releases())
      send(message);
    notes_.forget();
    return;
  }
  // Later, as it may be noticed in the middle of a note that others play as well.
  boost::asio::post(loop_, [this, alive = std::weak_ptr(alive_)] {
    if (alive.expired() || listener_ == nullptr) return;
    listener_->begin_turn();
    ear_.fall_silent(*listener_);
    listener_->end_turn(false);
  });
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
    if (message->is_clock()) {
      if (follows_clock_) clock_.hear(0, message->clock(), steady_now(), *listener_);
      continue;
    }
    ++tally_.counts.messages;
    if (ear_.hear(*message, *listener_)) ++tally_.counts.moves;
  }
  if (stream_.dropped() > bytes_dropped_) {
    tally_.fault(&PortCounts::dropped, "bytes that are no MIDI: is the speed right?",
                 stream_.dropped() - bytes_dropped_);
    bytes_dropped_ = stream_.dropped();
  }
  listener_->end_turn(false);
  await_halves();
}

void SerialMidiInterface::await_halves() {
  if (!ear_.waits()) return;
  halves_.arm([this] {
    if (listener_ == nullptr) return;
    listener_->begin_turn();
    if (ear_.settle(*listener_)) ++tally_.counts.moves;
    listener_->end_turn(false);
    await_halves();
  });
}

std::size_t SerialMidiInterface::send(const MidiMessage& message) {
  if (line_.is_connected()) notes_.before(message);
  if (!line_.write(message.bytes())) {
    ++tally_.counts.not_sent;
    return 0;
  }
  notes_.after(message, steady_now());
  ++tally_.counts.sent;
  return message.size;
}

bool SerialMidiInterface::take(const Settings& settings, TimePoint now) {
  const SerialMidiSettings& next = settings.serial_midi;
  if (next.port != line_.port() || next.baudrate != line_.baudrate()) return false;
  ear_.remap(next.input, settings.interaction.bindings, listener_);
  follows_clock_ = next.follow_clock;
  output_.remap(next.output, now);
  return true;
}

bool SerialMidiInterface::is_sending() const noexcept {
  return line_.is_connected() && line_.waiting() > 0;
}

std::string SerialMidiInterface::description() const {
  return fmt::format("MIDI on a serial line, {} at {} baud", line_.port(), line_.baudrate());
}

std::string SerialMidiInterface::description_now() const {
  return description() + (line_.is_connected() ? "" : " (not there)");
}

void SerialMidiInterface::add_status(std::vector<StatusEntry>& entries) {
  entries.push_back({"serialmidi_connected", std::int64_t{line_.is_connected()}});
  tally_.add_status(entries);
}

void SerialMidiInterface::take_news(std::vector<PortNews>& all, TimePoint now) {
  if (auto news = news_.take("serialmidi", line_)) all.push_back(std::move(*news));
  if (auto fault = tally_.take_report(now)) all.push_back({.is_bad = true, .text = *fault});
}

}  // namespace imps
