// Values that come in two messages: 14 bits of a controller, and of a chosen parameter (NRPN).
#pragma once

#include <array>
#include <optional>

#include "interface/midi/message.h"

namespace imps {

/// A value that comes in two messages, or in one: of its upper half. Of a device that sends lower
/// halves the upper one alone says nothing at first: it waits for the other. A lower half that
/// comes first after forget() waits as well. Realtime-safe: yes. Thread-safe: no.
class Halves {
 public:
  /// The whole value, 0–16383, when it is; its lower half is 0 when it is not to be waited for.
  std::optional<int> take_upper(int value) noexcept;
  std::optional<int> take_lower(int value) noexcept;

  [[nodiscard]] bool waits() const noexcept { return waits_ > 0; }
  /// Some time has passed: the whole value, where a half waited before the last call, too.
  std::optional<int> settle() noexcept;
  /// The next value has nothing of the last one: another parameter's, or the same one's anew.
  void forget() noexcept;

 private:
  int upper_ = 0;
  int lower_ = 0;
  bool is_fresh_ = false;     // since forget() neither half came
  bool lower_waits_ = false;  // and then the lower one did
  bool has_lower_ = false;    // once one came
  int waits_ = 0;             // for the other half: 1, and 2 once it was passed
};

/// The parameters of a device, each chosen by controllers 99 and 98 and set by 6 and 38.
/// MIDI 1.0 Detailed Specification, "Registered and non-registered parameter numbers".
/// Realtime-safe: yes. Thread-safe: no.
class Parameters {
 public:
  struct Change {
    int number = 0;  ///< 0–16382
    int raw = 0;     ///< 0–16383
  };

  Parameters();

  /// Whether it sets a parameter, if one is chosen.
  static bool is_value(const MidiMessage& message) noexcept;

  /// What a control change says of a parameter; nothing for all other messages.
  std::optional<Change> on(const MidiMessage& message) noexcept;

  /// The parameter of a channel, 1–16, that a value sets now.
  [[nodiscard]] std::optional<int> chosen(int channel) const noexcept;

  [[nodiscard]] bool waits() const noexcept;
  /// As Halves::settle(), of a channel, 1–16.
  std::optional<Change> settle(int channel) noexcept;

 private:
  struct OfChannel {
    int upper = 0;  // of the number
    int lower = 0;
    bool is_chosen = false;
    Halves value;

    [[nodiscard]] int number() const noexcept { return upper << 7 | lower; }
  };
  std::array<OfChannel, 16> channels_;
};

}  // namespace imps
