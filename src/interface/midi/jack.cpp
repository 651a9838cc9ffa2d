#include "interface/midi/jack.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <jack/jack.h>
#include <pthread.h>

#include "interface/midi/jack_ports.h"

namespace imps {
namespace {

using Clock = std::chrono::steady_clock;
using jack::InputPort;
using jack::kLookEvery;
using jack::kMostWaiting;
using jack::kOwn;
using jack::kPatience;
using jack::Link;
using jack::OutputPort;
using jack::Side;

constexpr std::size_t kStalled = kMostWaiting / 2;
constexpr std::chrono::seconds kLastWords{2};  // for what was said to a port, or to us, at the end
constexpr std::size_t kMostCables = 256;

/// libjack cancels its thread when a client is closed, wherever it is: not amid our part of it.
class Uncancelled {
 public:
  Uncancelled() { ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  ~Uncancelled() { ::pthread_setcancelstate(before_, nullptr); }
  Uncancelled(const Uncancelled&) = delete;
  Uncancelled& operator=(const Uncancelled&) = delete;

 private:
  int before_ = 0;
};

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
  /// What left() has found.
  std::vector<std::string> cut();
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
  void note_news() noexcept;
  void note_connection(jack_port_id_t a, jack_port_id_t b) noexcept;
  static int on_period(jack_nframes_t frames, void* self);
  void process(jack_nframes_t frames) noexcept;

  /// One thread at a time talks to the server; its own threads take no lock.
  static std::mutex gate;
  static Client* open_one;  // guarded by gate

  std::atomic<jack_client_t*> own_{nullptr};  // for the thread that hears the news, while it runs
  Link link_;  // guarded by gate, but for what is atomic or says otherwise
  Side<InputPort> hears_{link_};
  Side<OutputPort> plays_{link_};
  std::vector<std::string> cut_;  // since the last cut()
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
  own_ = link_.handle;
  open_one = this;
  const auto on_end = [](jack_status_t, const char*, void* self) {
    static_cast<Client*>(self)->link_.ended = true;
  };
  const auto on_registration = [](jack_port_id_t, int, void* self) {
    auto& client = *static_cast<Client*>(self);
    client.note_news();
    client.link_.registrations.fetch_add(1);
  };
  const auto on_connection = [](jack_port_id_t a, jack_port_id_t b, int is_made, void* self) {
    if (is_made == 0) static_cast<Client*>(self)->note_connection(a, b);
  };
  const auto on_order = [](void* self) {
    auto& client = *static_cast<Client*>(self);
    client.note_news();
    client.link_.orders.fetch_add(1);
    return 0;
  };
  jack_set_process_callback(link_.handle, on_period, this);
  jack_set_port_connect_callback(link_.handle, on_connection, this);
  jack_set_port_registration_callback(link_.handle, on_registration, this);
  jack_set_graph_order_callback(link_.handle, on_order, this);
  jack_on_info_shutdown(link_.handle, on_end, this);
  if (jack_activate(link_.handle) == 0) return true;
  close();
  return false;
}

/// Where the server hangs, for as long as it does. Where it goes just now, its last news are heard
/// first: libjack cancels the thread that hears them wherever it is, also while it holds the lock
/// by which a client that leaves is taken off the list, and which the closing client then waits for
/// in vain (JACK 2, JackLibClient::ClientNotifyImp, JackClient::Close).
void Client::close() {
  const bool has_gone = link_.ended.exchange(true);
  if (link_.handle == nullptr) return;
  if (has_gone || jack_deactivate(link_.handle) != 0) {
    const auto late = Clock::now() + kLastWords;
    while (link_.hears_news && Clock::now() < late)
      std::this_thread::sleep_for(kLookEvery);
  }
  jack_client_close(std::exchange(link_.handle, nullptr));  // its thread has ended then
  open_one = nullptr;
  hears_.forget();
  plays_.forget();
}

/// On the thread of libjack's that hears the server's news: notes when it ends.
void Client::note_news() noexcept {
  struct Hearing {
    ~Hearing() {
      if (link != nullptr) link->hears_news = false;
    }
    Link* link = nullptr;
  };
  thread_local Hearing hearing;
  hearing.link = &link_;
  link_.hears_news = true;
}

/// On the same thread: a cable was taken out, of ours or of somebody else's.
void Client::note_connection(jack_port_id_t a, jack_port_id_t b) noexcept {
  note_news();
  const Uncancelled here;
  jack_port_t* const ports[] = {jack_port_by_id(own_, a), jack_port_by_id(own_, b)};
  for (const int own : {0, 1}) {
    jack_port_t* const port = ports[own];
    jack_port_t* const other = ports[1 - own];
    if (port == nullptr || other == nullptr || jack_port_is_mine(own_, port) == 0) continue;
    const char* const name = jack_port_name(other);
    if (name == nullptr) continue;
    // Of a port that is given back, too, and nobody asks then: the oldest go.
    const std::lock_guard lock(link_.cables_gate);
    auto& cables = link_.cables_out;
    std::erase(cables, std::pair{port, std::string(name)});
    if (cables.size() == kMostCables) cables.erase(cables.begin());
    cables.emplace_back(port, name);
  }
}

int Client::on_period(jack_nframes_t frames, void* self) {
  const Uncancelled here;
  static_cast<Client*>(self)->process(frames);
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
  hears_.add_left(left, cut_);
  plays_.add_left(left, cut_);
  return left;
}

std::vector<std::string> Client::cut() {
  const std::lock_guard lock(gate);
  return std::exchange(cut_, {});
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
  [[nodiscard]] std::vector<std::string> cut() override { return client_->cut(); }
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
