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
#include <pthread.h>

#include "interface/midi/stream.h"

namespace imps {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kOwn = "imps";        // the client, and how its ports for devices begin
constexpr std::size_t kLongestName = 200;   // of a port; JACK 2 takes 256 with the client's
constexpr int kMostChanges = 50;            // of the graph, waited for
constexpr int kMostAlike = 10;              // ports of one name
constexpr std::size_t kMostWaiting = 1024;  // messages, one way
constexpr std::size_t kStalled = kMostWaiting / 2;
constexpr std::size_t kMostPorts = 128;  // each way
/// How long a server that hangs is waited for, and how often it is looked at.
constexpr std::chrono::milliseconds kPatience{400};  // twice the longest period: 8,192 frames
constexpr std::chrono::seconds kLastWords{2};        // for what was sent to a port before its end
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

  /// To those who fill it.
  [[nodiscard]] bool is_empty() const noexcept { return waiting.write_available() == kMostWaiting; }

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

/// The server, as long as it is there.
struct Link {
  jack_client_t* handle = nullptr;  ///< null once it is closed
  std::atomic<bool> ended{false};   ///< the server has gone, or has given us up
  std::atomic<std::uint64_t> periods{0};
  std::atomic<std::uint64_t> registrations{0};  ///< of anybody's ports

  /// Afterwards the server's thread has nothing from before in hand. False when it hangs, or has
  /// gone.
  [[nodiscard]] bool let_a_period_pass() const;
  void settle(jack_port_t* port) const;
  /// All MIDI ports but those that an imps has opened.
  [[nodiscard]] std::vector<std::string> names(unsigned long flags) const;
};

bool Link::let_a_period_pass() const {
  const std::uint64_t before = periods;
  const auto late = Clock::now() + kPatience;
  while (!ended && Clock::now() < late) {
    if (periods != before) return true;
    std::this_thread::sleep_for(kLookEvery);
  }
  return false;
}

/// Waits until all know of the last change of the graph. JACK 2 tells by the time that it takes:
/// asked who is connected, it sleeps for a period first where a change is pending
/// (WaitGraphChange).
void Link::settle(jack_port_t* port) const {
  const std::chrono::duration<double> period(static_cast<double>(jack_get_buffer_size(handle)) /
                                             jack_get_sample_rate(handle));
  for (int k = 0; k < kMostChanges; ++k) {
    const auto before = Clock::now();
    static_cast<void>(jack_port_connected(port));
    if (Clock::now() - before < period / 2 || !let_a_period_pass()) break;
  }
  static_cast<void>(let_a_period_pass() && let_a_period_pass());
}

std::vector<std::string> Link::names(unsigned long flags) const {
  // What imps itself calls after itself is not for itself.
  const std::string ours = fmt::format("{}:{}", jack_get_client_name(handle), kOwn);
  const char** const found = jack_get_ports(handle, nullptr, JACK_DEFAULT_MIDI_TYPE, flags);
  if (found == nullptr) return {};
  std::vector<std::string> names;
  for (const char** name = found; *name != nullptr; ++name)
    if (!is_own_midi_port(*name) && !std::string_view(*name).starts_with(ours))
      names.emplace_back(*name);
  jack_free(found);
  return names;
}

/// The ports that hear, or those that play.
template <class Port>
class Side {
 public:
  explicit Side(Link& link) : link_(link) {}

  bool add(const std::shared_ptr<Port>& port, const std::string& other);
  void remove(std::shared_ptr<Port> port);
  /// What stays of a port until the client is closed.
  void keep(std::shared_ptr<Port> port) { kept_.push_back(std::move(port)); }
  /// Adds the ports that were opened, and are connected with nothing any more.
  void add_left(std::vector<std::string>& left);
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

  Link& link_;
  std::array<std::atomic<Port*>, kMostPorts> ports_{};  // what the server's thread goes through
  struct Opened {
    jack_port_t* handle;
    std::string other;
    std::uint64_t registrations;  // when it was seen connected last
  };
  std::vector<Opened> opened_;               // but for virtual ports
  std::vector<std::shared_ptr<Port>> kept_;  // closed while the server hung
};

template <class Port>
void Side<Port>::add_left(std::vector<std::string>& left) {
  const auto is_connected = [](const Opened& one) {
    return jack_port_connected_to(one.handle, one.other.c_str()) != 0;
  };
  std::erase_if(opened_, [&](Opened& one) {
    const std::uint64_t now = link_.registrations;
    bool stays = is_connected(one);
    if (!stays && one.registrations != now) {
      link_.settle(one.handle);
      stays = is_connected(one);
    }
    if (stays) one.registrations = now;
    // Somebody may also just have taken the cable out, and knows why.
    const bool has_left = !stays && one.registrations != now;
    if (has_left) left.push_back(one.other);
    return has_left;  // told once: a port of the same name may be opened before this one is closed
  });
}

/// A port of a name that is not taken yet, connected as it should be.
template <class Port>
jack_port_t* Side<Port>::make_port(const std::string& other) const {
  const bool is_virtual = other.starts_with(kVirtualPort);
  std::string name = is_virtual ? other.substr(kVirtualPort.size())
                                : fmt::format("{} {} {}", kOwn, kHears ? "from" : "to", other);
  if (name.empty()) return nullptr;
  if (name.size() > kLongestName) {
    std::size_t end = kLongestName;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80)
      --end;  // no part of a letter in UTF-8
    name.resize(end);
  }
  const auto made = [&](const std::string& by) {
    return jack_port_register(link_.handle, by.c_str(), JACK_DEFAULT_MIDI_TYPE,
                              kHears ? JackPortIsInput : JackPortIsOutput, 0);
  };
  jack_port_t* port = made(name);
  for (int k = 2; port == nullptr && k < kMostAlike; ++k)
    port = made(fmt::format("{} {}", name, k));
  if (port == nullptr || is_virtual) return port;
  const char* const ours = jack_port_name(port);
  const int failure = kHears ? jack_connect(link_.handle, other.c_str(), ours)
                             : jack_connect(link_.handle, ours, other.c_str());
  if (failure == 0) return port;
  jack_port_unregister(link_.handle, port);
  return nullptr;
}

template <class Port>
bool Side<Port>::add(const std::shared_ptr<Port>& port, const std::string& other) {
  const auto place =
      std::ranges::find_if(ports_, [](const auto& one) { return one.load() == nullptr; });
  if (place == ports_.end()) return false;
  port->handle = make_port(other);
  if (port->handle == nullptr) return false;
  place->store(port.get());
  if (other.starts_with(kVirtualPort)) return true;
  opened_.push_back({port->handle, other, link_.registrations});
  link_.settle(port->handle);  // what is sent before is heard by nobody
  return true;
}

template <class Port>
void Side<Port>::remove(std::shared_ptr<Port> port) {
  for (auto& place : ports_)
    if (place.load() == port.get()) place.store(nullptr);
  std::erase_if(opened_, [&](const Opened& one) { return one.handle == port->handle; });
  if (link_.handle == nullptr) return;
  // A server that hangs is not spoken to: what stays of the port goes with the client.
  if (!link_.let_a_period_pass()) {
    keep(std::move(port));
    return;
  }
  jack_port_unregister(link_.handle, port->handle);
  // Its place in the server's table is free at once, while those who were connected with it learn
  // that later. JACK 2 falls into an endless recursion if the place is that of another port by then
  // (JackGraphManager::GetBuffer), so that we take none before.
  link_.settle(port->handle);
}

/// The process's client of a JACK server: one, as several do not bear each other well. At the
/// opening of a client libjack deletes all others of the process if the server has given one of
/// them up (JACK 2, JackLibGlobals::Init), whoever holds them; and a client that is opened while
/// another program leaves may never run, as the first one's thread still takes the leaving one's
/// name from what is the new one's (JackLibClient::ClientNotifyImp).
class Client : public std::enable_shared_from_this<Client> {
 public:
  /// The one that there is, or a new one; null when there is no server.
  static std::shared_ptr<Client> get();
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] bool is_there() const noexcept { return !link_.ended; }
  MidiPorts ports();
  std::vector<std::string> left();
  /// Makes a port and connects it with `other`, or with nothing ("virtual:NAME"). Null when that is
  /// not possible.
  std::shared_ptr<InputPort> open_input(const std::string& other, std::function<void()> wake);
  std::shared_ptr<OutputPort> open_output(const std::string& other);
  void close(std::shared_ptr<InputPort> port);
  /// False when nobody has taken what was sent to it last.
  bool close(std::shared_ptr<OutputPort> port);
  /// How many periods have been played. Realtime-safe, thread-safe.
  [[nodiscard]] std::uint64_t periods() const noexcept { return link_.periods; }

 private:
  Client() = default;
  bool open();
  void close();
  static int on_period(jack_nframes_t frames, void* self);
  void process(jack_nframes_t frames) noexcept;

  /// One thread at a time talks to the server; its own threads take no lock.
  static std::mutex gate;
  static Client* open_one;  // guarded by gate

  Link link_;  // guarded by gate, but for what is atomic
  Side<InputPort> hears_{link_};
  Side<OutputPort> plays_{link_};
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
  link_.handle = jack_client_open(kOwn, JackNoStartServer, nullptr);
  if (link_.handle == nullptr) return false;
  open_one = this;
  const auto on_end = [](jack_status_t, const char*, void* self) {
    static_cast<Client*>(self)->link_.ended = true;
  };
  const auto on_registration = [](jack_port_id_t, int, void* self) {
    static_cast<Client*>(self)->link_.registrations.fetch_add(1);
  };
  jack_set_process_callback(link_.handle, on_period, this);
  jack_set_port_registration_callback(link_.handle, on_registration, this);
  jack_on_info_shutdown(link_.handle, on_end, this);
  if (jack_activate(link_.handle) == 0) return true;
  close();
  return false;
}

/// Where the server hangs, for as long as it does.
void Client::close() {
  link_.ended = true;
  if (link_.handle == nullptr) return;
  jack_client_close(std::exchange(link_.handle, nullptr));  // its thread has ended then
  open_one = nullptr;
  hears_.forget();
  plays_.forget();
}

/// libjack cancels its thread when a client is closed, wherever it is: not amid our part of it.
int Client::on_period(jack_nframes_t frames, void* self) {
  int before = 0;
  ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
  static_cast<Client*>(self)->process(frames);
  ::pthread_setcancelstate(before, nullptr);
  return 0;
}

// On the server's thread. What ports of ours hear of each other is from the period before.
void Client::process(jack_nframes_t frames) noexcept {
  hears_.process(frames);
  plays_.process(frames);
  link_.periods.fetch_add(1);
}

MidiPorts Client::ports() {
  const std::lock_guard lock(gate);
  if (!is_there()) return {};
  return {.inputs = link_.names(JackPortIsOutput), .outputs = link_.names(JackPortIsInput)};
}

std::vector<std::string> Client::left() {
  const std::lock_guard lock(gate);
  std::vector<std::string> left;
  if (!is_there()) return left;
  hears_.add_left(left);
  plays_.add_left(left);
  return left;
}

std::shared_ptr<InputPort> Client::open_input(const std::string& other,
                                              std::function<void()> wake) {
  auto port = std::make_shared<InputPort>();
  port->wake = std::move(wake);
  const std::lock_guard lock(gate);
  return is_there() && hears_.add(port, other) ? port : nullptr;
}

std::shared_ptr<OutputPort> Client::open_output(const std::string& other) {
  auto port = std::make_shared<OutputPort>();
  const std::lock_guard lock(gate);
  return is_there() && plays_.add(port, other) ? port : nullptr;
}

void Client::close(std::shared_ptr<InputPort> port) {
  const std::lock_guard lock(gate);
  hears_.remove(std::move(port));
}

bool Client::close(std::shared_ptr<OutputPort> port) {
  // What was sent last is heard, and once: what the last period left in the port's buffer would be
  // there again in the next one.
  const auto late = Clock::now() + kLastWords;
  bool is_said = false;
  while (!is_said && is_there() && Clock::now() < late) {
    is_said = port->is_empty() && link_.let_a_period_pass() && link_.let_a_period_pass();
    if (!is_said) std::this_thread::sleep_for(kLookEvery);
  }
  const bool is_taken = is_said || port->is_empty();
  const std::lock_guard lock(gate);
  if (is_said || !is_there())
    plays_.remove(std::move(port));
  else
    plays_.keep(std::move(port));  // it is said when the server goes on
  return is_taken;
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
  ~JackOutput() override { finish(); }
  bool finish() noexcept override {
    return port_ == nullptr || client_->close(std::exchange(port_, nullptr));
  }
  bool send(const MidiMessage& message) noexcept override {
    return client_->is_there() && port_->waiting.push(message);
  }
  [[nodiscard]] bool is_stalled() noexcept override {
    if (port_->is_empty() || !client_->is_there()) return false;
    const auto now = Clock::now();
    if (const std::uint64_t periods = client_->periods(); periods != std::exchange(seen_, periods))
      moved_ = now;
    return now - moved_ > kPatience || port_->waiting.write_available() < kMostWaiting - kStalled;
  }

 private:
  const std::shared_ptr<Client> client_;
  std::shared_ptr<OutputPort> port_;  // null once it is closed
  std::uint64_t seen_ = 0;            // periods
  Clock::time_point moved_;
};

class JackSystem final : public MidiSystem {
 public:
  explicit JackSystem(std::shared_ptr<Client> client) : client_(std::move(client)) {}
  [[nodiscard]] std::string_view name() const noexcept override { return "JACK"; }
  [[nodiscard]] bool is_there() const noexcept override { return client_->is_there(); }
  [[nodiscard]] MidiPorts ports() override { return client_->ports(); }
  [[nodiscard]] std::vector<std::string> left() override { return client_->left(); }
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
    const char* const why = !client_->is_there() ? "the JACK server has gone"
                            : port.starts_with(kVirtualPort)
                                ? "JACK makes no port of this name"
                                : "JACK does not connect it, or it has gone";
    return Error{fmt::format("{}: cannot be opened: {}", port, why)};
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
