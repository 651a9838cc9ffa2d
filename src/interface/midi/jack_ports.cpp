#include "interface/midi/jack_ports.h"

#include <algorithm>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <jack/midiport.h>

#include "interface/midi/devices.h"

namespace imps::jack {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLongestName = 200;  // of a port; JACK 2 takes 256 with the client's
constexpr int kMostChanges = 50;           // of the graph, waited for
constexpr int kMostAlike = 10;             // ports of one name

bool is_all_notes_off(const MidiMessage& message) noexcept {
  return message.kind() == MidiMessage::Kind::control_change &&
         message.first() == controller::kAllNotesOff;
}

}  // namespace

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

/// A server that does not wait for its clients lets one that is late miss a period, and all that is
/// in it: what ends all notes goes in a later one than what ended each, so that it takes two.
void OutputPort::process(jack_nframes_t frames) noexcept {
  void* const buffer = jack_port_get_buffer(handle, frames);
  if (buffer == nullptr) return;
  jack_midi_clear_buffer(buffer);
  bool has_others = false;
  while (waiting.read_available() > 0) {
    const MidiMessage& message = waiting.front();
    const bool ends_all = is_all_notes_off(message);
    if (ends_all && has_others) return;
    has_others = has_others || !ends_all;
    // What finds no room waits for the next period.
    if (jack_midi_event_write(buffer, 0, message.data.data(), message.size) != 0) return;
    waiting.pop();
  }
}

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

/// A new order is the last that the server tells of a change, after all latencies. While it tells
/// these, libjack's thread goes through the client's list of ports, and falls when one is taken
/// away under its feet (JACK 2, JackClient::HandleLatencyCallback, PortUnRegister).
void Link::settle(jack_port_t* port, std::uint64_t orders_before) const {
  const auto late = Clock::now() + kPatience;
  while (!ended && orders == orders_before && Clock::now() < late)
    std::this_thread::sleep_for(kLookEvery);
  settle(port);
}

bool Link::was_disconnected(jack_port_t* port, const std::string& other) {
  const std::lock_guard lock(cables_gate);
  return std::erase(cables_out, std::pair{port, other}) > 0;
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

template <class Port>
void Side<Port>::add_left(std::vector<std::string>& left, std::vector<std::string>& cut) {
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
    const bool was_cut = link_.was_disconnected(one.handle, one.other) || one.is_cut;
    if (stays) one.registrations = now;
    // Somebody may also just have taken the cable out, and knows why.
    const bool has_left = stays ? was_cut : one.registrations != now;
    if (has_left) left.push_back(one.other);
    if (!stays && !has_left && !std::exchange(one.is_cut, true)) cut.push_back(one.other);
    return has_left;  // told once: a port of the same name may be opened before this one is closed
  });
}

/// A port of a name that is not taken yet.
template <class Port>
jack_port_t* Side<Port>::make_port(const std::string& other) const {
  std::string name = other.starts_with(kVirtualPort)
                         ? other.substr(kVirtualPort.size())
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
  return port;
}

template <class Port>
bool Side<Port>::connect(jack_port_t* port, const std::string& other) const {
  const char* const ours = jack_port_name(port);
  return (kHears ? jack_connect(link_.handle, other.c_str(), ours)
                 : jack_connect(link_.handle, ours, other.c_str())) == 0;
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
  const std::uint64_t orders = link_.orders;
  if (!connect(port->handle, other)) {
    remove(port);
    return false;
  }
  opened_.push_back({port->handle, other, link_.registrations, false});
  link_.settle(port->handle, orders);  // what is sent before is heard by nobody
  // The server gives numbers of ports again: what was told was of another one.
  static_cast<void>(link_.was_disconnected(port->handle, other));
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
  link_.settle(port->handle);
  const std::uint64_t orders = link_.orders;
  jack_port_unregister(link_.handle, port->handle);
  // Its place in the server's table is free at once, while those who were connected with it learn
  // that later. JACK 2 falls into an endless recursion if the place is that of another port by then
  // (JackGraphManager::GetBuffer), so that we take none before.
  link_.settle(port->handle, orders);
}

template class Side<InputPort>;
template class Side<OutputPort>;

}  // namespace imps::jack
