// The ports of a JACK client: what the server's thread goes through, and what has to be waited for
// around it. For jack.cpp, which says who talks to the server when.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/lockfree/spsc_queue.hpp>
#include <jack/jack.h>

#include "interface/midi/message.h"
#include "interface/midi/stream.h"

namespace imps::jack {

inline constexpr const char* kOwn = "imps";  // the client, and how its ports for devices begin
inline constexpr std::size_t kMostWaiting = 1024;  // messages, one way
inline constexpr std::size_t kMostPorts = 128;     // each way
/// How long a server that hangs is waited for, twice the longest period (8,192 frames), and how
/// often it is looked at.
inline constexpr std::chrono::milliseconds kPatience{400};
inline constexpr std::chrono::milliseconds kLookEvery{1};

using Queue = boost::lockfree::spsc_queue<MidiMessage, boost::lockfree::capacity<kMostWaiting>>;

/// What the server's thread and the owner of a port share.
struct InputPort {
  jack_port_t* handle = nullptr;
  std::function<void()> wake;
  MidiStream stream;
  Queue heard;
  std::atomic<std::uint64_t> lost{0};

  void process(jack_nframes_t frames) noexcept;
};

struct OutputPort {
  jack_port_t* handle = nullptr;
  Queue waiting;

  /// To those who fill it.
  [[nodiscard]] bool is_empty() const noexcept { return waiting.write_available() == kMostWaiting; }

  void process(jack_nframes_t frames) noexcept;
};

/// The server, as long as it is there.
struct Link {
  jack_client_t* handle = nullptr;  ///< null once it is closed
  std::atomic<bool> ended{false};   ///< the server has gone, or has given us up
  std::atomic<std::uint64_t> periods{0};
  std::atomic<std::uint64_t> registrations{0};  ///< of anybody's ports
  std::atomic<std::uint64_t> orders{0};         ///< of the graph that all have heard of
  std::atomic<bool> hears_news{false};          ///< of the server's; not once it has gone
  /// What was disconnected from what, as the server tells it: our port, and the other one's name.
  std::vector<std::pair<jack_port_t*, std::string>> cables_out;
  std::mutex cables_gate;  ///< of them; nobody who has it asks the server

  /// Whether this was disconnected since it was asked last.
  [[nodiscard]] bool was_disconnected(jack_port_t* port, const std::string& other);

  /// Afterwards the server's thread has nothing from before in hand. False when it hangs, or has
  /// gone.
  [[nodiscard]] bool let_a_period_pass() const;
  void settle(jack_port_t* port) const;
  /// The same after a change of ours, when `orders` was what it was before the change.
  void settle(jack_port_t* port, std::uint64_t orders_before) const;
  /// All MIDI ports but those that an imps has opened.
  [[nodiscard]] std::vector<std::string> names(unsigned long flags) const;
};

/// The ports that hear, or those that play.
template <class Port>
class Side {
 public:
  explicit Side(Link& link) : link_(link) {}

  bool add(const std::shared_ptr<Port>& port, const std::string& other);
  void remove(std::shared_ptr<Port> port);
  /// What stays of a port until the client is closed.
  void keep(std::shared_ptr<Port> port) { kept_.push_back(std::move(port)); }
  /// Adds the ports that were opened, and are connected with nothing any more, or are so again, and
  /// have missed what came meanwhile; and those that are there, and were disconnected, each once.
  void add_left(std::vector<std::string>& left, std::vector<std::string>& cut);
  /// The client has been closed.
  void forget() {
    kept_.clear();
    opened_.clear();
  }
  /// On the server's thread.
  void process(jack_nframes_t frames) noexcept {
    for (const auto& place : ports_)
      if (Port* const port = place.load()) port->process(frames);
  }

 private:
  static constexpr bool kHears = std::is_same_v<Port, InputPort>;

  jack_port_t* make_port(const std::string& other) const;
  bool connect(jack_port_t* port, const std::string& other) const;

  Link& link_;
  std::array<std::atomic<Port*>, kMostPorts> ports_{};  // what the server's thread goes through
  struct Opened {
    jack_port_t* handle;
    std::string other;
    std::uint64_t registrations;  // when it was seen connected last
    bool is_cut = false;          // and that was told
  };
  std::vector<Opened> opened_;               // but for virtual ports
  std::vector<std::shared_ptr<Port>> kept_;  // closed while the server hung
};

}  // namespace imps::jack
