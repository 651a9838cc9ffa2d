#include "interface/midi/devices.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>

#include <RtMidi.h>
#include <boost/lockfree/spsc_queue.hpp>
#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include "interface/midi/jack.h"
#include "interface/midi/stream.h"

namespace imps {
namespace {

constexpr const char* kClient = "imps";
constexpr std::size_t kMostWaiting = 1024;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

void say_nothing(const char*, int, const char*, int, const char*, ...) {}

/// What the library would print to the terminal again and again is in our own messages.
void silence_alsa() {
  using Handler = void (*)(const char*, int, const char*, int, const char*, ...);
  using SetHandler = int (*)(Handler);
  if (const auto set =
          reinterpret_cast<SetHandler>(::dlsym(RTLD_DEFAULT, "snd_lib_error_set_handler")))
    set(say_nothing);
}

/// RtMidi would print warnings; its errors come as exceptions all the same.
void ignore_warning(RtMidiError::Type, const std::string&, void*) {}

template <class Client>
std::vector<std::string> names_of(Client& client) {
  std::vector<std::string> names;
  const unsigned int count = client.getPortCount();
  for (unsigned int k = 0; k < count; ++k) {
    std::string name = client.getPortName(k);
    if (!name.empty() && !is_own_midi_port(name)) names.push_back(std::move(name));
  }
  return names;
}

/// Opens `port` of a fresh client.
template <class Client>
void open_port(Client& client, const std::string& port) {
  if (port.starts_with(kVirtualPort)) {
    client.openVirtualPort(port.substr(kVirtualPort.size()));
    return;
  }
  const unsigned int count = client.getPortCount();
  for (unsigned int k = 0; k < count; ++k) {
    if (client.getPortName(k) != port) continue;
    client.openPort(k, kClient);
    return;
  }
  throw RtMidiError("it is not there any more", RtMidiError::INVALID_DEVICE);
}

class RtInput final : public MidiInput {
 public:
  RtInput(RtMidi::Api api, const std::string& port, std::function<void()> wake)
      : wake_(std::move(wake)), client_(api, kClient) {
    client_.setErrorCallback(ignore_warning);
    client_.ignoreTypes(true, false, true);  // all but channel messages and the clock
    client_.setCallback([](double, std::vector<unsigned char>* bytes,
                           void* self) { static_cast<RtInput*>(self)->take(*bytes); },
                        this);
    open_port(client_, port);
  }
  ~RtInput() override {
    client_.cancelCallback();
    client_.closePort();
  }
  std::optional<MidiMessage> next() noexcept override {
    MidiMessage message;
    if (!queue_.pop(message)) return std::nullopt;
    return message;
  }
  [[nodiscard]] std::uint64_t lost() const noexcept override { return lost_; }

 private:
  // On a thread of the system's.
  void take(const std::vector<unsigned char>& bytes) {
    bool any = false;
    for (const unsigned char byte : bytes) {
      const auto message = stream_.put(byte);
      if (!message) continue;
      any = true;
      if (!queue_.push(*message)) lost_.fetch_add(1, std::memory_order_relaxed);
    }
    if (any) wake_();
  }

  const std::function<void()> wake_;
  MidiStream stream_;
  boost::lockfree::spsc_queue<MidiMessage, boost::lockfree::capacity<kMostWaiting>> queue_;
  std::atomic<std::uint64_t> lost_{0};
  RtMidiIn client_;  // last: its callback uses the rest
};

class RtOutput final : public MidiOutput {
 public:
  RtOutput(RtMidi::Api api, const std::string& port) : client_(api, kClient) {
    client_.setErrorCallback([](RtMidiError::Type, const std::string&,
                                void* self) { static_cast<RtOutput*>(self)->failed_ = true; },
                             this);
    open_port(client_, port);
    if (failed_) throw RtMidiError("it cannot be opened", RtMidiError::DRIVER_ERROR);
  }
  bool send(const MidiMessage& message) noexcept override {
    failed_ = false;
    try {
      client_.sendMessage(message.data.data(), message.size);
    } catch (const std::exception&) {
      return false;
    }
    return !failed_;
  }

 private:
  bool failed_ = false;
  RtMidiOut client_;
};

class RtSystem final : public MidiSystem {
 public:
  RtSystem(RtMidi::Api api, std::string_view name)
      : api_(api), name_(name), in_(api, kClient), out_(api, kClient) {
    in_.setErrorCallback(ignore_warning);
    out_.setErrorCallback(ignore_warning);
  }
  [[nodiscard]] std::string_view name() const noexcept override { return name_; }
  [[nodiscard]] MidiPorts ports() override {
    try {
      return {.inputs = names_of(in_), .outputs = names_of(out_)};
    } catch (const std::exception&) {
      return {};
    }
  }
  Result<std::unique_ptr<MidiInput>> open_input(const std::string& port,
                                                std::function<void()> wake) override {
    try {
      return Result<std::unique_ptr<MidiInput>>(
          boost::system::in_place_value, std::make_unique<RtInput>(api_, port, std::move(wake)));
    } catch (const std::exception& failure) {
      return cannot_open(port, failure);
    }
  }
  Result<std::unique_ptr<MidiOutput>> open_output(const std::string& port) override {
    try {
      return Result<std::unique_ptr<MidiOutput>>(boost::system::in_place_value,
                                                 std::make_unique<RtOutput>(api_, port));
    } catch (const std::exception& failure) {
      return cannot_open(port, failure);
    }
  }

 private:
  static Error cannot_open(const std::string& port, const std::exception& failure) {
    return Error{fmt::format("{}: cannot be opened: {}", port, failure.what())};
  }

  const RtMidi::Api api_;
  const std::string_view name_;
  RtMidiIn in_;  // for their lists only
  RtMidiOut out_;
};

Result<std::unique_ptr<MidiSystem>> open_rtmidi(RtMidi::Api api, std::string_view name) {
  std::vector<RtMidi::Api> compiled;
  RtMidi::getCompiledApi(compiled);
  if (std::ranges::find(compiled, api) == compiled.end())
    return Error{fmt::format("no {} here", name)};
  try {
    return Result<std::unique_ptr<MidiSystem>>(boost::system::in_place_value,
                                               std::make_unique<RtSystem>(api, name));
  } catch (const std::exception& failure) {
    return Error{failure.what()};
  }
}

Result<std::unique_ptr<MidiSystem>> open_alsa() {
  // RtMidi's own way to find out prints.
  if (::access("/dev/snd/seq", R_OK | W_OK) != 0) return Error{"no ALSA sequencer here"};
  silence_alsa();
  return open_rtmidi(RtMidi::LINUX_ALSA, "ALSA");
}

struct Api {
  std::string_view word;
  Result<std::unique_ptr<MidiSystem>> (*open)();
};
constexpr std::array kApis {
  Api{"core", [] { return open_rtmidi(RtMidi::MACOSX_CORE, "CoreMIDI"); }}, Api{"alsa", open_alsa},
#if defined(IMPS_HAS_JACK)
      Api{"jack", open_jack},
#endif
};

}  // namespace

bool is_midi_driver(std::string_view client) {
  constexpr std::array<std::string_view, 4> kDrivers{"system", "a2j", "imps", "RtMidi"};
  return std::ranges::any_of(kDrivers,
                             [&](std::string_view driver) { return client.starts_with(driver); });
}

bool is_same_midi_device(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto client = a.substr(0, a.find(':'));
  return client.size() < a.size() && !client.empty() && !is_midi_driver(client) &&
         b.size() > client.size() && b.starts_with(client) && b[client.size()] == ':';
}

bool is_own_midi_port(std::string_view name) {
  const auto colon = name.find(':');
  if (colon == std::string_view::npos) return false;
  std::string_view client = name.substr(0, colon);
  std::string_view port = name.substr(colon + 1);
  const std::string_view own = kClient;
  constexpr auto kDigits = "0123456789";
  if (!client.starts_with(own) || !port.starts_with(own)) return false;
  client.remove_prefix(own.size());
  port.remove_prefix(own.size());
  const bool is_imps = client.empty() || (client.size() > 1 && client.front() == '-' &&
                                          client.find_first_not_of(kDigits, 1) == client.npos);
  const bool is_opened = port.empty() || port.starts_with(" from ") || port.starts_with(" to ") ||
                         (port.size() > 1 && port.front() == ' ' &&
                          port.find_first_not_of("0123456789:", 1) == port.npos);
  return is_imps && is_opened;
}

std::vector<std::string> find_midi_ports(const std::vector<std::string>& names,
                                         std::string_view part) {
  std::vector<std::string> found;
  for (const std::string& name : names)
    if (name.find(part) != std::string::npos) found.push_back(name);
  if (!found.empty()) return found;
  for (const std::string& name : names)
    if (lower(name).find(lower(part)) != std::string::npos) found.push_back(name);
  return found;
}

std::optional<std::string> find_midi_port(const std::vector<std::string>& names,
                                          std::string_view part) {
  if (std::ranges::find(names, part) != names.end()) return std::string(part);
  const auto found = find_midi_ports(names, part);
  return found.empty() ? std::nullopt : std::optional(found.front());
}

Result<std::unique_ptr<MidiSystem>> MidiSystem::open(std::string_view wanted) {
  for (const Api& api : kApis) {
    if (wanted != "auto" && wanted != api.word) continue;
    if (auto system = api.open()) return system;
  }
#if !defined(IMPS_HAS_JACK)
  if (wanted == "jack") return Error{"this imps was built without JACK"};
#endif
  return Error{wanted == "auto" ? std::string("there is no MIDI on this machine: neither ALSA's "
                                              "sequencer (modprobe snd-seq) nor a JACK server")
                                : fmt::format("there is no MIDI by {} on this machine", wanted)};
}

}  // namespace imps
