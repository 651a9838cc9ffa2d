#include "interface/midi/ear.h"

#include <algorithm>
#include <utility>

namespace imps {
namespace {

using Trigger = MidiBinding::Trigger;
using Action = MidiBinding::Action;

/// From here on a pedal is down. MIDI 1.0 Detailed Specification, "Controller numbers" (64–69).
constexpr double kDown = 64 / 127.0;

/// A parameter's greatest value where a device sends its upper half alone.
constexpr int kGreatestUpper = 127 << 7;

/// Of the greatest value that a message of the binding's kind has.
double share_of(const MidiBinding& binding, const MidiMessage& message) noexcept {
  switch (binding.trigger) {
    case Trigger::note:
      return message.is_note_on() ? 1 : 0;
    case Trigger::program_change:
      return 1;
    case Trigger::pitch_bend:
      return message.bend() / 16383.0;
    case Trigger::channel_pressure:
      return message.first() / 127.0;
    default:
      return message.second() / 127.0;
  }
}

bool is_meant(const MidiBinding& binding, const MidiMessage& message) noexcept {
  if (message.channel() != binding.channel) return false;
  const bool is_number = message.first() == binding.number;
  switch (binding.trigger) {
    case Trigger::note:
      return is_number && (message.is_note_on() || message.is_note_off());
    case Trigger::control_change:
      return is_number && message.kind() == MidiMessage::Kind::control_change;
    case Trigger::program_change:
      return is_number && message.kind() == MidiMessage::Kind::program_change;
    case Trigger::pitch_bend:
      return message.kind() == MidiMessage::Kind::pitch_bend;
    case Trigger::channel_pressure:
      return message.kind() == MidiMessage::Kind::channel_pressure;
    case Trigger::poly_pressure:
      return is_number && message.kind() == MidiMessage::Kind::poly_pressure;
    case Trigger::nrpn:
      return false;  // it takes several messages
  }
  return false;
}

}  // namespace

MidiEar::MidiEar(std::vector<MidiMapping> mappings, std::vector<MidiBinding> bindings)
    : decoder_(std::move(mappings)), bindings_(std::move(bindings)), pressed_(bindings_.size()) {}

void MidiEar::remap(std::vector<MidiMapping> mappings, std::vector<MidiBinding> bindings,
                    Listener* listener) {
  const ControlSet left = decoder_.remap(std::move(mappings));
  if (listener != nullptr && left.any()) listener->on_let_go(left);
  std::vector<char> pressed(bindings.size());
  for (std::size_t k = 0; k < bindings.size(); ++k) {
    const auto before = std::ranges::find(bindings_, bindings[k]);
    if (before != bindings_.end())
      pressed[k] = pressed_[static_cast<std::size_t>(before - bindings_.begin())];
  }
  bindings_ = std::move(bindings);
  pressed_ = std::move(pressed);
}

bool MidiEar::hear(const MidiMessage& message, Listener& listener) {
  // Also of a key that was struck before it was bound.
  if (const ControlSet controls = decoder_.let_go(message); controls.any())
    listener.on_let_go(controls);
  if (is_bound(message, listener)) return true;
  const auto updates = decoder_.on(message);
  if (updates.empty()) return false;
  listener.on_updates(updates);
  return true;
}

bool MidiEar::settle(Listener& listener) {
  bool meant = false;
  for (int channel = 1; channel <= 16; ++channel) {
    if (const auto change = parameters_.settle(channel))
      meant = set(channel, change->number, change->raw, listener) || meant;
  }
  const auto updates = decoder_.settle();
  if (!updates.empty()) listener.on_updates(updates);
  return meant || !updates.empty();
}

void MidiEar::fall_silent(Listener& listener) {
  if (const ControlSet controls = decoder_.held(); controls.any()) listener.on_let_go(controls);
}

bool MidiEar::is_bound(const MidiMessage& message, Listener& listener) {
  bool bound = false;
  for (std::size_t k = 0; k < bindings_.size(); ++k) {
    if (!is_meant(bindings_[k], message)) continue;
    bound = true;
    act(k, share_of(bindings_[k], message), listener);
  }
  const auto change = parameters_.on(message);
  if (!Parameters::is_value(message)) return bound;
  const auto parameter = parameters_.chosen(message.channel());
  if (!parameter) return bound;
  const auto raw = change ? std::optional(change->raw) : std::nullopt;
  return set(message.channel(), *parameter, raw, listener) || bound;
}

bool MidiEar::set(int channel, int parameter, std::optional<int> raw, Listener& listener) {
  bool bound = false;
  for (std::size_t k = 0; k < bindings_.size(); ++k) {
    const MidiBinding& binding = bindings_[k];
    if (binding.trigger != Trigger::nrpn || binding.channel != channel ||
        binding.number != parameter)
      continue;
    bound = true;
    if (raw) act(k, std::min(*raw, kGreatestUpper) / static_cast<double>(kGreatestUpper), listener);
  }
  return bound;
}

void MidiEar::act(std::size_t k, double share, Listener& listener) {
  const MidiBinding& binding = bindings_[k];
  if (binding.action == Action::turn) {
    Command command = binding.command;
    command.number = binding.least + (binding.most - binding.least) * share;
    listener.on_command(command, Duration{0});
    return;
  }
  const bool down = share >= kDown;
  const bool was_down = std::exchange(pressed_[k], static_cast<char>(down)) != 0;
  // A program has no end, and a note may be struck again.
  const bool ends = binding.trigger != Trigger::note && binding.trigger != Trigger::program_change;
  if (!down || (was_down && ends)) return;
  if (binding.action == Action::toggle) {
    listener.on_toggle(binding.command.kind);
  } else {
    listener.on_command(binding.command, Duration{0});
  }
}

}  // namespace imps
