#include "interface/midi/ear.h"

#include <utility>

namespace imps {
namespace {

using Trigger = MidiBinding::Trigger;
using Action = MidiBinding::Action;

/// From here on a pedal is down. MIDI 1.0 Detailed Specification, "Controller numbers" (64–69).
constexpr int kDown = 64;

bool is_meant(const MidiBinding& binding, const MidiMessage& message) noexcept {
  if (message.channel() != binding.channel || message.first() != binding.number) return false;
  switch (binding.trigger) {
    case Trigger::note:
      return message.is_note_on() || message.is_note_off();
    case Trigger::control_change:
      return message.kind() == MidiMessage::Kind::control_change;
    case Trigger::program_change:
      return message.kind() == MidiMessage::Kind::program_change;
  }
  return false;
}

}  // namespace

MidiEar::MidiEar(std::vector<MidiMapping> mappings, std::vector<MidiBinding> bindings)
    : decoder_(std::move(mappings)), bindings_(std::move(bindings)), pressed_(bindings_.size()) {}

bool MidiEar::hear(const MidiMessage& message, Listener& listener) {
  if (is_bound(message, listener)) return true;
  if (const ControlSet controls = decoder_.let_go(message); controls.any())
    listener.on_let_go(controls);
  const auto updates = decoder_.on(message);
  if (updates.empty()) return false;
  listener.on_updates(updates);
  return true;
}

bool MidiEar::settle(Listener& listener) {
  const auto updates = decoder_.settle();
  if (!updates.empty()) listener.on_updates(updates);
  return !updates.empty();
}

void MidiEar::fall_silent(Listener& listener) {
  if (const ControlSet controls = decoder_.held(); controls.any()) listener.on_let_go(controls);
}

bool MidiEar::is_bound(const MidiMessage& message, Listener& listener) {
  bool bound = false;
  for (std::size_t k = 0; k < bindings_.size(); ++k) {
    const MidiBinding& binding = bindings_[k];
    if (!is_meant(binding, message)) continue;
    bound = true;
    if (binding.action == Action::turn) {
      Command command = binding.command;
      command.number = binding.least + (binding.most - binding.least) * message.second() / 127.0;
      listener.on_command(command, Duration{0});
      continue;
    }
    const bool down = binding.trigger == Trigger::control_change ? message.second() >= kDown
                                                                 : !message.is_note_off();
    const bool was_down = std::exchange(pressed_[k], static_cast<char>(down)) != 0;
    // A program has no end.
    if (!down || (was_down && binding.trigger == Trigger::control_change)) continue;
    if (binding.action == Action::toggle) {
      listener.on_toggle(binding.command.kind);
    } else {
      listener.on_command(binding.command, Duration{0});
    }
  }
  return bound;
}

}  // namespace imps
