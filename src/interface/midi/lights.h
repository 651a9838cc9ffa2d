// The lamps of one controller, which show whose each control is.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include <imps/conditions.h>

#include "config/midi_light.h"
#include "interface/midi/message.h"

namespace imps {

/// Realtime-safe: yes, but for remap(). Thread-safe: no.
class MidiLights {
 public:
  /// Lamps that are called otherwise than before may be in any state.
  void remap(std::vector<MidiLight> lights) {
    if (lights == lights_) return;
    lights_ = std::move(lights);
    shown_.assign(lights_.size(), kUnknown);
  }
  /// All may be in any state.
  void forget() noexcept { std::ranges::fill(shown_, kUnknown); }

  /// Calls `send` with what changes; it returns how much it sent, 0 when it could not.
  /// @param performer  the controls that are the performer's
  template <class Send>
  void show(const ControlSet& performer, const Send& send) {
    for (std::size_t k = 0; k < lights_.size(); ++k)
      light(k, performer.test(k) ? lights_[k].performer : lights_[k].model, send);
  }
  /// Nothing is lit any more.
  template <class Send>
  void put_out(const Send& send) {
    for (std::size_t k = 0; k < lights_.size(); ++k)
      if (shown_[k] != kUnknown) light(k, 0, send);
  }

 private:
  static constexpr int kUnknown = -1;

  template <class Send>
  void light(std::size_t k, int value, const Send& send) {
    const MidiLight& one = lights_[k];
    if (one.kind == MidiLight::Kind::none || shown_[k] == value) return;
    const auto kind = one.kind == MidiLight::Kind::note ? MidiMessage::Kind::note_on
                                                        : MidiMessage::Kind::control_change;
    shown_[k] = send(MidiMessage::of(kind, one.channel, one.number, value)) > 0 ? value : kUnknown;
  }

  std::vector<MidiLight> lights_;
  std::vector<int> shown_;  // of each, what it was sent
};

}  // namespace imps
