#include "session/note_guard.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <thread>

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
/// A period in which JACK is late is heard by nobody, so that everything is said twice.
constexpr std::chrono::milliseconds kOnceMore{50};

/// Whether there are outputs that outlive us.
bool plays_on_others(const Settings& settings) {
  const auto& outputs = settings.midi.outputs;
  return settings.serial_midi.enabled ||
         (settings.midi.enabled &&
          std::any_of(outputs.begin(), outputs.end(),
                      [](const std::string& name) { return !name.starts_with(kVirtualPort); }));
}

/// False when the output is not there, or does not take it.
bool send_midi(const NoteOutput& output, const std::vector<MidiMessage>& messages) {
  const auto system = MidiSystem::open(output.way);
  if (!system) return false;
  const auto port = find_midi_port((*system)->ports().outputs, output.name);
  if (!port) return false;
  const auto out = (*system)->open_output(*port);
  if (!out) return false;
  const auto say = [&] {
    return std::all_of(messages.begin(), messages.end(),
                       [&](const MidiMessage& message) { return (*out)->send(message); });
  };
  if (!say()) return false;
  std::this_thread::sleep_for(kOnceMore);
  return say() && (*out)->finish();
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

void release(std::vector<NoteTable::Owed> owed) {
  const auto until = Clock::now() + kPatience;
  while (true) {
    std::erase_if(owed, [](const NoteTable::Owed& one) {
      return one.output.kind == NoteOutput::Kind::midi ? send_midi(one.output, one.messages)
                                                       : send_serial(one.output, one.messages);
    });
    if (owed.empty() || Clock::now() >= until) return;
    std::this_thread::sleep_for(kTryEvery);
  }
}

}  // namespace

NoteGuard::NoteGuard() {
  auto memory = platform::SharedMemory::make(sizeof(NoteTable));
  if (!memory) {
    trouble_ = memory.error();
    return;
  }
  memory_ = std::move(*memory);
  table_ = ::new (memory_->bytes().data()) NoteTable;
}

Result<void> NoteGuard::start(const Settings& settings) {
  if (will_ || !plays_on_others(settings)) return {};
  if (trouble_) return *trouble_;
  const auto program = platform::own_program();
  if (!program) return program.error();
  auto will = platform::LastWill::make({*program, std::string(kGuardNotes)}, *memory_);
  if (!will) return will.error();
  will_.emplace(std::move(*will));
  return {};
}

bool NoteGuard::is_lost() noexcept {
  if (!will_ || !will_->has_died()) return false;
  will_.reset();
  return true;
}

void NoteGuard::dismiss() {
  if (will_ && table_->owed().empty()) will_->revoke();
}

Result<void> guard_notes() {
  platform::name_thread("imps-notes");
  platform::drop_privileges();
  const auto memory =
      platform::SharedMemory::inherit(platform::kInheritedMemory, sizeof(NoteTable));
  if (!memory) return memory.error();
  if (!platform::await_starters_end()) return {};
  release(reinterpret_cast<const NoteTable*>(memory->bytes().data())->owed());
  return {};
}

}  // namespace imps
