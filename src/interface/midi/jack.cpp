#include "interface/midi/jack.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/lockfree/spsc_queue.hpp>
#include <fmt/format.h>
#include <jack/jack.h>
#include <jack/midiport.h>

#include "interface/midi/stream.h"

namespace imps {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kOwn = "imps";        // the client, and how its ports for devices begin
constexpr std::size_t kLongestName = 200;   // of a port; JACK 2 takes 256 with the client's
constexpr int kMostAlike = 10;              // ports of one name
constexpr std::size_t kMostWaiting = 1024;  // messages, one way
constexpr std::size_t kStalled = kMostWaiting / 2;
constexpr std::size_t kMostPorts = 128;  // each way
/// How long a server that hangs is waited for, and how often it is looked at.
constexpr std::chrono::milliseconds kPatience{200};
constexpr std::chrono::milliseconds kLookEvery{1};

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

  void process(jack_nframes_t frames) noexcept;
};

void InputPort::process(jack_nframes_t frames) noexcept {
  void* const buffer = jack_port_get_buffer(handle, frames);
  if (buffer == nullptr) return;
  bool any = false;
  const std::uint32_t count = jack_midi_get_event_count(buffer);
  for (std::uint32_t k = 0; k < count; ++k) {
    jack_midi_event_t event;
    if (jack_midi_event_get(&event, buffer, k) != 0) continue;
    for (std::size_t at = 0; at < event.size; ++at) {
      const auto message = stream.put(event.buffer[at]);
      if (!message) continue;
      any = true;
      if (!heard.push(*message)) lost.fetch_add(1, std::memory_order_relaxed);
    }
  }
  if (any) wake();
}

void OutputPort::process(jack_nframes_t frames) noexcept {
  void* const buffer = jack_port_get_buffer(handle, frames);
  if (buffer == nullptr) return;
  jack_midi_clear_buffer(buffer);
  while (waiting.read_available() > 0) {
    const MidiMessage& message = waiting.front();
    // What finds no room waits for the next period.
    if (jack_midi_event_write(buffer, 0, message.data.data(), message.size) != 0) return;
    waiting.pop();
  }
}

/// The ports that the server's thread goes through, without a lock.
template <class Port>
using Slots = std::array<std::atomic<Port*>, kMostPorts>;

/// The process's client of a JACK server. There is one at a time: at the opening of a client
/// libjack deletes all others of the process if the server has given one of them up (JACK 2,
/// JackLibGlobals::Init), whoever holds them.
class Client : public std::enable_shared_from_this<Client> {
 public:
  /// The one that there is, or a new one; null when there is no server.
  static std::shared_ptr<Client> get();
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] bool is_there() const noexcept { return !ended_; }
  MidiPorts ports();
  /// Makes a port and connects it with `other`, or with nothing ("virtual:NAME"). Null when that is
  /// not possible.
  std::shared_ptr<InputPort> open_input(const std::string& other, std::function<void()> wake);
  std::shared_ptr<OutputPort> open_output(const std::string& other);
  void close(std::shared_ptr<InputPort> port);
  void close(std::shared_ptr<OutputPort> port);

 private:
  Client() = default;
  bool open();
  void close();
  std::vector<std::string> names(unsigned long flags);
  jack_port_t* make_port(const std::string& other, bool hears);
  template <class Port>
  bool add(const std::shared_ptr<Port>& port, Slots<Port>& slots, const std::string& other);
  template <class Port>
  void remove(std::shared_ptr<Port> port, Slots<Port>& slots);
  bool let_a_period_pass();
  void process(jack_nframes_t frames) noexcept;

  /// One thread at a time talks to the server; its own thread takes no lock.
  static std::mutex gate;
  static Client* open_one;  // guarded by gate

  jack_client_t* handle_ = nullptr;  // null once it is closed; guarded by gate
  std::atomic<bool> ended_{false};
  std::atomic<std::uint64_t> periods_{0};
  Slots<InputPort> inputs_{};
  Slots<OutputPort> outputs_{};
  std::vector<std::shared_ptr<void>> kept_;  // that the server's thread may still be looking at
};

std::mutex Client::gate;
Client* Client::open_one = nullptr;

std::shared_ptr<Client> Client::get() {
  // These outlive the lock, which the end of a client takes.
  std::shared_ptr<Client> there;
  std::shared_ptr<Client> made;
  const std::lock_guard lock(gate);
  if (open_one != nullptr) {
    there = open_one->weak_from_this().lock();
    if (there && there->is_there()) return there;
    open_one->close();
  }
  made.reset(new Client);
  return made->open() ? made : nullptr;
}

Client::~Client() {
  const std::lock_guard lock(gate);
  close();
}

bool Client::open() {
  handle_ = jack_client_open(kOwn, JackNoStartServer, nullptr);
  if (handle_ == nullptr) return false;
  open_one = this;
  const auto on_period = [](jack_nframes_t frames, void* self) {
    static_cast<Client*>(self)->process(frames);
    return 0;
  };
  const auto on_end = [](jack_status_t, const char*, void* self) {
    static_cast<Client*>(self)->ended_ = true;
  };
  jack_set_process_callback(handle_, on_period, this);
  jack_on_info_shutdown(handle_, on_end, this);
  if (jack_activate(handle_) == 0) return true;
  close();
  return false;
}

void Client::close() {
  ended_ = true;
  if (handle_ == nullptr) return;
  jack_client_close(std::exchange(handle_, nullptr));  // its thread has ended then
  open_one = nullptr;
  kept_.clear();
}

MidiPorts Client::ports() {
  const std::lock_guard lock(gate);
  if (!is_there()) return {};
  return {.inputs = names(JackPortIsOutput), .outputs = names(JackPortIsInput)};
}

std::vector<std::string> Client::names(unsigned long flags) {
  const char** const found = jack_get_ports(handle_, nullptr, JACK_DEFAULT_MIDI_TYPE, flags);
  if (found == nullptr) return {};
  std::vector<std::string> names;
  for (const char** name = found; *name != nullptr; ++name)
    if (!is_own_midi_port(*name)) names.emplace_back(*name);
  jack_free(found);
  return names;
}

std::shared_ptr<InputPort> Client::open_input(const std::string& other,
                                              std::function<void()> wake) {
  auto port = std::make_shared<InputPort>();
  port->wake = std::move(wake);
  return add(port, inputs_, other) ? port : nullptr;
}

std::shared_ptr<OutputPort> Client::open_output(const std::string& other) {
  auto port = std::make_shared<OutputPort>();
  return add(port, outputs_, other) ? port : nullptr;
}

/// A port of a name that is not taken yet, connected as it should be.
jack_port_t* Client::make_port(const std::string& other, bool hears) {
  const bool is_virtual = other.starts_with(kVirtualPort);
  const std::string name =
      (is_virtual ? other.substr(kVirtualPort.size())
                  : fmt::format("{} {} {}", kOwn, hears ? "from" : "to", other))
          .substr(0, kLongestName);
  const auto made = [&](const std::string& by) {
    return jack_port_register(handle_, by.c_str(), JACK_DEFAULT_MIDI_TYPE,
                              hears ? JackPortIsInput : JackPortIsOutput, 0);
  };
  jack_port_t* port = made(name);
  for (int k = 2; port == nullptr && k < kMostAlike; ++k)
    port = made(fmt::format("{} {}", name, k));
  if (port == nullptr || is_virtual) return port;
  const char* const ours = jack_port_name(port);
  const int failure = hears ? jack_connect(handle_, other.c_str(), ours)
                            : jack_connect(handle_, ours, other.c_str());
  if (failure == 0) return port;
  jack_port_unregister(handle_, port);
  return nullptr;
}

template <class Port>
bool Client::add(const std::shared_ptr<Port>& port, Slots<Port>& slots, const std::string& other) {
  const std::lock_guard lock(gate);
  if (!is_there()) return false;
  const auto slot =
      std::ranges::find_if(slots, [](const auto& one) { return one.load() == nullptr; });
  if (slot == slots.end()) return false;
  port->handle = make_port(other, std::is_same_v<Port, InputPort>);
  if (port->handle == nullptr) return false;
  slot->store(port.get(), std::memory_order_release);
  return true;
}

template <class Port>
void Client::remove(std::shared_ptr<Port> port, Slots<Port>& slots) {
  const std::lock_guard lock(gate);
  for (auto& slot : slots)
    if (slot.load() == port.get()) slot.store(nullptr);
  if (handle_ == nullptr) return;
  if (!let_a_period_pass()) kept_.push_back(port);
  if (is_there()) jack_port_unregister(handle_, port->handle);
}

void Client::close(std::shared_ptr<InputPort> port) { remove(std::move(port), inputs_); }

void Client::close(std::shared_ptr<OutputPort> port) {
  // What was sent last is heard, and once: what the last period left in the port's buffer would be
  // there again in the next one.
  const auto late = Clock::now() + kPatience;
  while (is_there() && port->waiting.write_available() < kMostWaiting && Clock::now() < late)
    std::this_thread::sleep_for(kLookEvery);
  static_cast<void>(let_a_period_pass() && let_a_period_pass());
  remove(std::move(port), outputs_);
}

/// Afterwards the server's thread has nothing from before in hand. False when that is not known.
bool Client::let_a_period_pass() {
  const std::uint64_t before = periods_;
  const auto late = Clock::now() + kPatience;
  while (is_there() && Clock::now() < late) {
    if (periods_ != before) return true;
    std::this_thread::sleep_for(kLookEvery);
  }
  return false;
}

// On the server's thread. What ports of ours hear of each other is from the period before.
void Client::process(jack_nframes_t frames) noexcept {
  for (const auto& slot : inputs_)
    if (InputPort* const port = slot.load(std::memory_order_acquire)) port->process(frames);
  for (const auto& slot : outputs_)
    if (OutputPort* const port = slot.load(std::memory_order_acquire)) port->process(frames);
  periods_.fetch_add(1);
}

class JackInput final : public MidiInput {
 public:
  JackInput(std::shared_ptr<Client> client, std::shared_ptr<InputPort> port)
      : client_(std::move(client)), port_(std::move(port)) {}
  ~JackInput() override { client_->close(port_); }
  std::optional<MidiMessage> next() noexcept override {
    MidiMessage message;
    if (!port_->heard.pop(message)) return std::nullopt;
    return message;
  }
  [[nodiscard]] std::uint64_t lost() const noexcept override { return port_->lost; }

 private:
  const std::shared_ptr<Client> client_;
  const std::shared_ptr<InputPort> port_;
};

class JackOutput final : public MidiOutput {
 public:
  JackOutput(std::shared_ptr<Client> client, std::shared_ptr<OutputPort> port)
      : client_(std::move(client)), port_(std::move(port)) {}
  ~JackOutput() override { client_->close(port_); }
  bool send(const MidiMessage& message) noexcept override {
    return client_->is_there() && port_->waiting.push(message);
  }
  [[nodiscard]] bool is_stalled() const noexcept override {
    return client_->is_there() && port_->waiting.write_available() < kMostWaiting - kStalled;
  }

 private:
  const std::shared_ptr<Client> client_;
  const std::shared_ptr<OutputPort> port_;
};

class JackSystem final : public MidiSystem {
 public:
  explicit JackSystem(std::shared_ptr<Client> client) : client_(std::move(client)) {}
  [[nodiscard]] std::string_view name() const noexcept override { return "JACK"; }
  [[nodiscard]] bool is_there() const noexcept override { return client_->is_there(); }
  [[nodiscard]] MidiPorts ports() override { return client_->ports(); }
  Result<std::unique_ptr<MidiInput>> open_input(const std::string& port,
                                                std::function<void()> wake) override {
    auto opened = client_->open_input(port, std::move(wake));
    if (!opened) return cannot_open(port);
    return Result<std::unique_ptr<MidiInput>>(
        boost::system::in_place_value, std::make_unique<JackInput>(client_, std::move(opened)));
  }
  Result<std::unique_ptr<MidiOutput>> open_output(const std::string& port) override {
    auto opened = client_->open_output(port);
    if (!opened) return cannot_open(port);
    return Result<std::unique_ptr<MidiOutput>>(
        boost::system::in_place_value, std::make_unique<JackOutput>(client_, std::move(opened)));
  }

 private:
  [[nodiscard]] Error cannot_open(const std::string& port) const {
    return Error{fmt::format("{}: cannot be opened: {}", port,
                             client_->is_there() ? "JACK does not connect it, or it has gone"
                                                 : "the JACK server has gone")};
  }

  const std::shared_ptr<Client> client_;
};

}  // namespace

Result<std::unique_ptr<MidiSystem>> open_jack() {
  // What it would print to the terminal again and again is in our own messages.
  jack_set_error_function([](const char*) {});
  jack_set_info_function([](const char*) {});
  auto client = Client::get();
  if (!client) return Error{"no JACK server runs"};
  return Result<std::unique_ptr<MidiSystem>>(boost::system::in_place_value,
                                             std::make_unique<JackSystem>(std::move(client)));
}

}  // namespace imps
