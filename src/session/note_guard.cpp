#include "session/note_guard.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <memory>
#include <new>
#include <thread>
#include <type_traits>

#include <poll.h>
#include <unistd.h>

#include "interface/midi/devices.h"
#include "platform/serial_port.h"
#include "platform/supervisor.h"
#include "platform/thread.h"

namespace imps {
namespace {

using Clock = std::chrono::steady_clock;

/// How long an output that is not there is looked for, and how often.
constexpr std::chrono::seconds kPatience{5};
constexpr std::chrono::milliseconds kTryEvery{100};

constexpr std::string_view kMidi = "midi";
constexpr std::string_view kSerial = "serial";
constexpr std::size_t kWords = 3;  // of an output among the arguments

static_assert(std::is_trivially_destructible_v<SoundingNotes>);

/// Ports of our own making end with us: nobody can play on them any more.
bool is_lasting(const NoteOutput& output) {
  return output.kind == NoteOutput::Kind::serial || !output.name.starts_with(kVirtualPort);
}

std::vector<std::string> as_arguments(const std::vector<NoteOutput>& outputs) {
  std::vector<std::string> words;
  for (const NoteOutput& output : outputs) {
    words.emplace_back(output.kind == NoteOutput::Kind::midi ? kMidi : kSerial);
    words.push_back(output.way);
    words.push_back(output.name);
  }
  return words;
}

std::vector<NoteOutput> from_arguments(const std::vector<std::string>& words) {
  std::vector<NoteOutput> outputs;
  for (std::size_t k = 0; k + kWords <= words.size(); k += kWords) {
    outputs.push_back(
        {.kind = words[k] == kSerial ? NoteOutput::Kind::serial : NoteOutput::Kind::midi,
         .way = words[k + 1],
         .name = words[k + 2]});
  }
  return outputs;
}

/// False when the output is not there, or does not take it.
bool send_midi(const NoteOutput& output, const std::vector<MidiMessage>& messages) {
  const auto system = MidiSystem::open(output.way);
  if (!system) return false;
  const auto port = find_midi_port((*system)->ports().outputs, output.name);
  if (!port) return false;
  const auto out = (*system)->open_output(*port);
  return out && std::all_of(messages.begin(), messages.end(), [&](const MidiMessage& message) {
           return (*out)->send(message.bytes());
         });
}

bool send_serial(const NoteOutput& output, const std::vector<MidiMessage>& messages) {
  int baudrate = 0;
  std::from_chars(output.way.data(), output.way.data() + output.way.size(), baudrate);
  const auto path = platform::find_serial_port(output.name);
  if (!path) return false;
  const auto fd = platform::open_serial_port(*path, baudrate);
  if (!fd) return false;
  std::vector<std::uint8_t> bytes;
  for (const MidiMessage& message : messages)
    bytes.insert(bytes.end(), message.bytes().begin(), message.bytes().end());
  std::span<const std::uint8_t> rest = bytes;
  while (!rest.empty()) {
    const ssize_t written = ::write(*fd, rest.data(), rest.size());
    if (written > 0) rest = rest.subspan(static_cast<std::size_t>(written));
    if (written < 0 && errno != EAGAIN && errno != EINTR) break;
    pollfd line{.fd = *fd, .events = POLLOUT, .revents = 0};
    if (!rest.empty() && ::poll(&line, 1, 1000) != 1) break;
  }
  platform::finish_serial_port(*fd);
  return rest.empty();
}

struct Owed {
  NoteOutput output;
  std::vector<MidiMessage> messages;
};

void release(std::vector<Owed> owed) {
  const auto until = Clock::now() + kPatience;
  while (true) {
    std::erase_if(owed, [](const Owed& one) {
      return one.output.kind == NoteOutput::Kind::midi ? send_midi(one.output, one.messages)
                                                       : send_serial(one.output, one.messages);
    });
    if (owed.empty() || Clock::now() >= until) return;
    std::this_thread::sleep_for(kTryEvery);
  }
}

}  // namespace

std::vector<NoteOutput> note_outputs(const Settings& settings) {
  std::vector<NoteOutput> all;
  if (settings.midi.enabled) {
    for (const std::string& name : settings.midi.outputs)
      all.push_back({.kind = NoteOutput::Kind::midi, .way = settings.midi.api, .name = name});
  }
  if (settings.serial_midi.enabled) {
    all.push_back({.kind = NoteOutput::Kind::serial,
                   .way = std::to_string(settings.serial_midi.baudrate),
                   .name = settings.serial_midi.port});
  }
  return all;
}

NoteGuard::NoteGuard(const Settings& settings) : outputs_(note_outputs(settings)) {
  if (std::none_of(outputs_.begin(), outputs_.end(), is_lasting)) return;
  auto memory = platform::SharedMemory::make(outputs_.size() * sizeof(SoundingNotes));
  if (!memory) {
    trouble_ = memory.error();
    return;
  }
  memory_ = std::move(*memory);
  auto* const first = reinterpret_cast<SoundingNotes*>(memory_->bytes().data());
  for (std::size_t k = 0; k < outputs_.size(); ++k)
    ::new (first + k) SoundingNotes;
  table_ = {first, outputs_.size()};
}

Result<void> NoteGuard::start() {
  if (trouble_) return *trouble_;
  if (table_.empty()) return {};
  const auto program = platform::own_program();
  if (!program) return program.error();
  std::vector<std::string> words{*program, std::string(kGuardNotes)};
  for (std::string& word : as_arguments(outputs_))
    words.push_back(std::move(word));
  auto will = platform::LastWill::make(words, *memory_);
  if (!will) return will.error();
  will_.emplace(std::move(*will));
  return {};
}

void NoteGuard::dismiss() noexcept {
  if (will_) will_->revoke();
}

Result<void> guard_notes(const std::vector<std::string>& arguments) {
  platform::name_thread("imps-notes");
  platform::drop_privileges();
  const std::vector<NoteOutput> outputs = from_arguments(arguments);
  const auto memory = platform::SharedMemory::inherit(platform::kInheritedMemory,
                                                      outputs.size() * sizeof(SoundingNotes));
  if (outputs.empty()) return Error{"there is no output: this is for imps itself to start"};
  if (!memory) return memory.error();
  if (!platform::await_starters_end()) return {};
  const auto* const table = reinterpret_cast<const SoundingNotes*>(memory->bytes().data());
  std::vector<Owed> owed;
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    auto messages = table[k].releases();
    if (is_lasting(outputs[k]) && !messages.empty())
      owed.push_back({outputs[k], std::move(messages)});
  }
  release(std::move(owed));
  return {};
}

}  // namespace imps
