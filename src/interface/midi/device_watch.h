// Looks for the MIDI devices that are wanted, and opens them: they may come, go and return at any
// time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "interface/interface.h"
#include "interface/midi/devices.h"
#include "platform/wake.h"

namespace imps {

/// Everything that may block happens on a thread of its own. Every method is for the loop's thread.
class DeviceWatch {
 public:
  static constexpr auto kLookEvery = std::chrono::milliseconds(200);

  struct Device {
    std::uint64_t id = 0;  ///< the caller's; never used again for another one
    std::string part;      ///< of its name, or "virtual:NAME"
    bool is_input = true;
  };
  /// Called on the loop: a device is there, or has gone (null).
  struct Events {
    std::function<void(std::uint64_t id, std::unique_ptr<MidiInput> port)> on_input;
    std::function<void(std::uint64_t id, std::unique_ptr<MidiOutput> port)> on_output;
  };

  /// @param heard  signalled when an input has a message; shared with the system's threads
  DeviceWatch(boost::asio::io_context& loop, std::shared_ptr<platform::Wake> heard, Events events);
  ~DeviceWatch();

  /// From now on these, by this system ("auto", "alsa", "jack", "core"). Those that are looked for
  /// already stay as they are; the caller has given the ports of others back.
  void want(std::string api, std::vector<Device> devices);

  /// Closes a port, which may take its time; what was sent last is on its way out by then.
  void give_back(std::unique_ptr<MidiInput> port);
  void give_back(std::unique_ptr<MidiOutput> port);

  /// Closes all that was given back, and ends; only the destructor may follow. False when nobody
  /// has taken what was sent last.
  bool end() noexcept;

  /// What has come, gone, or is not there, since the last call, the oldest first.
  std::vector<PortNews> take_news();

 private:
  static constexpr std::uint64_t kNoDevice = ~std::uint64_t{0};

  struct Sought : Device {
    std::string open;       // the port's name; "" while there is none
    std::string complaint;  // what was told of it last, but for what there is instead
    [[nodiscard]] bool is_virtual() const { return part.starts_with(kVirtualPort); }
  };

  void run();
  void look();
  void look_for(Sought& device, const MidiPorts& ports, const std::vector<std::string>& left);
  void let_system_go();
  void take_wanted();
  void close_old();
  /// Returns what is wrong, or "".
  std::string open(const Sought& device, const std::string& port);
  void tell_news(std::string what);
  /// @param device  whose, if it need not be told once that is there
  void tell_trouble(std::string what, std::uint64_t device = kNoDevice);
  void forget_trouble(std::uint64_t device);
  template <class Port>
  void hand_over(const Sought& device, std::unique_ptr<Port> port);

  boost::asio::io_context& loop_;
  const std::shared_ptr<platform::Wake> heard_;
  const Events events_;
  std::shared_ptr<char> alive_ = std::make_shared<char>('\0');

  // The thread's.
  std::string api_;
  std::unique_ptr<MidiSystem> system_;
  std::vector<Sought> sought_;
  bool told_of_none_ = false;

  std::mutex mutex_;  // of what follows
  std::condition_variable wake_;
  bool ends_ = false;
  bool is_new_ = false;  // what is wanted
  std::string wanted_api_;
  std::vector<Device> wanted_;
  struct News : PortNews {
    std::uint64_t device;
  };
  std::vector<News> news_;
  struct Old {
    std::chrono::steady_clock::time_point since;
    std::unique_ptr<MidiInput> in;  // of these two, one
    std::unique_ptr<MidiOutput> out;
  };
  std::vector<Old> old_;
  std::thread thread_;
};

}  // namespace imps
