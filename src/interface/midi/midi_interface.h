// MIDI devices: any number of inputs and outputs, which may come and go.
#pragma once

#include <bitset>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "config/settings.h"
#include "interface/interface.h"
#include "interface/midi/devices.h"
#include "interface/midi/ear.h"
#include "interface/midi/echo_guard.h"
#include "interface/midi/encoder.h"
#include "interface/midi/sounding_notes.h"
#include "interface/port_tally.h"
#include "platform/wake.h"

namespace imps {

/// Devices are looked for, opened and closed on a thread of its own, every kLookEvery; what they
/// say and are told is on the loop's.
class MidiInterface final : public Interface {
 public:
  static constexpr auto kLookEvery = std::chrono::milliseconds(500);

  /// @param notes  where it keeps what sounds on each of the settings' outputs, in their order; may
  ///   be empty, and outlives the interface
  MidiInterface(boost::asio::io_context& loop, const MidiSettings& settings,
                const std::vector<MidiBinding>& bindings, std::span<SoundingNotes> notes = {});
  ~MidiInterface() override;

  void start(Listener& listener) override;
  void stop() noexcept override;
  void expect_controls(std::size_t) override {}
  void sound(const Sound& sound, TimePoint now) override;
  void release(TimePoint now) override;
  void panic(TimePoint now) override;
  [[nodiscard]] std::string description() const override;
  void add_status(std::vector<StatusEntry>& entries) override;
  std::optional<std::string> take_fault(TimePoint now) override;

 private:
  struct In {
    std::string name;  // as configured
    MidiEar ear;
    std::vector<std::size_t> thru;       // places in outs_
    std::optional<std::size_t> echo_of;  // the output of the same name
    std::unique_ptr<MidiInput> port;
    std::uint64_t lost = 0;  // of them, counted
  };
  struct Out {
    std::string name;
    MidiEncoder encoder;
    EchoGuard guard;
    std::bitset<16 * 128> through;  // notes that were passed on and not let go
    std::unique_ptr<MidiOutput> port;
    SoundingNotes* notes = nullptr;
  };
  /// What the looking thread knows of a device.
  struct Wanted {
    std::string part;
    bool is_input = true;
    std::size_t place = 0;  // in ins_ or outs_
    std::string open;       // the port's name; "" while there is none
  };

  void look();
  void hand_over(const Wanted& device, std::unique_ptr<MidiInput> in,
                 std::unique_ptr<MidiOutput> out);
  void tell(std::string news);
  void wait();
  void drain();
  void on_message(In& in, const MidiMessage& message);
  void send(Out& out, const MidiMessage& message, TimePoint at);
  [[nodiscard]] TimePoint now() const noexcept;

  boost::asio::io_context& loop_;
  const MidiSettings settings_;
  const std::vector<MidiBinding> bindings_;
  std::vector<In> ins_;
  std::vector<Out> outs_;
  // Shared with the inputs, which the system may call until they are closed.
  std::shared_ptr<platform::Wake> wake_ = std::make_shared<platform::Wake>();
  boost::asio::posix::stream_descriptor heard_;
  PortTally tally_{"midi"};
  Listener* listener_ = nullptr;
  bool stopped_ = false;
  std::shared_ptr<char> alive_ = std::make_shared<char>('\0');

  std::mutex mutex_;  // of what follows
  std::condition_variable looks_;
  bool ends_ = false;
  std::vector<std::string> news_;
  // Ports that have gone, to be closed where that may take its time.
  std::vector<std::unique_ptr<MidiInput>> old_ins_;
  std::vector<std::unique_ptr<MidiOutput>> old_outs_;
  std::thread looker_;
};

}  // namespace imps
