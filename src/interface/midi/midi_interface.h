// MIDI devices: any number of inputs and outputs, which may come and go.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "config/settings.h"
#include "interface/interface.h"
#include "interface/midi/clock_follower.h"
#include "interface/midi/device_watch.h"
#include "interface/midi/devices.h"
#include "interface/midi/ear.h"
#include "interface/midi/echo_guard.h"
#include "interface/midi/half_timer.h"
#include "interface/midi/lights.h"
#include "interface/midi/midi_player.h"
#include "interface/midi/note_table.h"
#include "interface/midi/through.h"
#include "interface/port_tally.h"
#include "platform/wake.h"

namespace imps {

/// Devices are looked for, opened and closed by a DeviceWatch; what they say and are told is on the
/// loop's thread.
class MidiInterface final : public Interface {
 public:
  /// @param notes  where it keeps what sounds; may be null, and outlives the interface
  MidiInterface(boost::asio::io_context& loop, const MidiSettings& settings,
                const std::vector<MidiBinding>& bindings, NoteTable* notes = nullptr);
  ~MidiInterface() override;

  void start(Listener& listener) override;
  void stop() noexcept override;
  void expect_controls(std::size_t) override {}
  void sound(const Sound& sound, TimePoint now) override;
  void release(TimePoint now) override;
  void let_go(const ControlSet& controls, TimePoint now) override;
  void tell_owner(const ControlSet& performer, std::size_t controls, TimePoint now) override;
  void panic(TimePoint now) override;
  void farewell(TimePoint now) override;
  /// Devices that stay in the configuration stay open.
  bool take(const Settings& settings, TimePoint now) override;
  void close() noexcept override;
  [[nodiscard]] std::string description() const override;
  [[nodiscard]] std::string description_now() const override;
  void add_status(std::vector<StatusEntry>& entries) override;
  void take_news(std::vector<PortNews>& all, TimePoint now) override;

 private:
  struct Out {
    std::uint64_t id;
    std::string name;  // as configured
    std::unique_ptr<MidiPlayer> player;
    EchoGuard guard;
    Through through;  // what was passed on
    MidiLights lights;
    std::unique_ptr<MidiOutput> port;
    KeptNotes notes;
  };
  struct In {
    std::uint64_t id;
    std::string name;  // as configured
    MidiEar ear;
    std::vector<Out*> thru;
    Out* echo_of = nullptr;  // the output of the same device
    std::unique_ptr<MidiInput> port;
    std::uint64_t lost = 0;  // of them, counted
  };

  struct Passed {
    Out* out;
    MidiMessage message;
  };

  /// The devices of settings_; of `before`, those that stay.
  void set_up(const MidiSettings& before, TimePoint now);
  std::unique_ptr<Out> output_for(const std::string& name);
  std::unique_ptr<MidiPlayer> player_for(Out& out);
  void look_for_devices();
  void on_input(std::uint64_t id, std::unique_ptr<MidiInput> port);
  void on_output(std::uint64_t id, std::unique_ptr<MidiOutput> port);
  void dismiss(Out& out, TimePoint now);
  void let_through_go(Out& out);
  void wait();
  void drain();
  /// In a while, what only half came in is taken as it is.
  void await_halves();
  void on_message(In& in, const MidiMessage& message);
  void pass_on(const Passed& one);
  void show_owner(Out& out);
  /// The bytes sent.
  std::size_t send(Out& out, const MidiMessage& message, TimePoint at);

  boost::asio::io_context& loop_;
  MidiSettings settings_;
  std::vector<MidiBinding> bindings_;
  NoteTable* const notes_;
  std::uint64_t next_id_ = 0;
  std::vector<std::unique_ptr<Out>> outs_;
  std::vector<std::unique_ptr<In>> ins_;
  // Shared with the inputs, which the system may call until they are closed.
  std::shared_ptr<platform::Wake> wake_ = std::make_shared<platform::Wake>();
  boost::asio::posix::stream_descriptor heard_;
  PortTally tally_{"midi"};
  HalfTimer halves_;
  ClockFollower clock_;
  ControlSet owned_;            // by the performer
  std::vector<Passed> passed_;  // by the thru matrix, in this turn
  Listener* listener_ = nullptr;
  bool stopped_ = false;
  std::shared_ptr<char> alive_ = std::make_shared<char>('\0');
  DeviceWatch watch_;
};

}  // namespace imps
