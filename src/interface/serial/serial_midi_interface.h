// MIDI over a serial line: a DIN plug, at 31,250 baud.
#pragma once

#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "config/settings.h"
#include "interface/interface.h"
#include "interface/midi/clock_follower.h"
#include "interface/midi/ear.h"
#include "interface/midi/half_timer.h"
#include "interface/midi/midi_player.h"
#include "interface/midi/note_table.h"
#include "interface/midi/stream.h"
#include "interface/port_tally.h"
#include "interface/serial/line_news.h"
#include "interface/serial/serial_line.h"

namespace imps {

/// A line that is not plugged in is waited for.
class SerialMidiInterface final : public Interface {
 public:
  /// @param notes  where it keeps what sounds; may be null, and outlives the interface
  SerialMidiInterface(boost::asio::io_context& loop, const SerialMidiSettings& settings,
                      const std::vector<MidiBinding>& bindings, NoteTable* notes = nullptr);
  ~SerialMidiInterface() override;

  void start(Listener& listener) override;
  void stop() noexcept override;
  void expect_controls(std::size_t) override {}
  void sound(const Sound& sound, TimePoint now) override { output_.sound(sound, now); }
  void release(TimePoint now) override { output_.release(now); }
  void let_go(const ControlSet& controls, TimePoint now) override { output_.let_go(controls, now); }
  void panic(TimePoint now) override { output_.panic(now); }
  void farewell(TimePoint now) override { output_.farewell(now); }
  bool take(const Settings& settings, TimePoint now) override;
  void close() noexcept override { line_.close(); }
  [[nodiscard]] bool is_sending() const noexcept override;
  [[nodiscard]] std::string description() const override;
  [[nodiscard]] std::string description_now() const override;
  void add_status(std::vector<StatusEntry>& entries) override;
  void take_news(std::vector<PortNews>& all, TimePoint now) override;

 private:
  void on_bytes(std::span<const std::uint8_t> bytes);
  /// In a while, what only half came in is taken as it is.
  void await_halves();
  /// What was held on a line that is pulled out ends.
  void on_change(bool connected);
  /// The bytes sent.
  std::size_t send(const MidiMessage& message);

  boost::asio::io_context& loop_;
  SerialLine line_;
  MidiStream stream_;
  MidiEar ear_;
  bool follows_clock_;
  ClockFollower clock_;
  HalfTimer halves_;
  KeptNotes notes_;
  MidiPlayer output_;
  std::uint64_t bytes_dropped_ = 0;
  PortTally tally_{"serialmidi"};
  LineNews news_;
  Listener* listener_ = nullptr;
  std::shared_ptr<char> alive_ = std::make_shared<char>('\0');
};

}  // namespace imps
