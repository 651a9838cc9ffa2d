// Learning a controller by its being played: which message each control sends.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <imps/time.h>

#include "config/midi_mapping.h"
#include "interface/midi/message.h"

namespace imps {

struct MidiLearnerOptions {
  /// A control that has been moved is taken once it has been still for so long.
  Duration still = std::chrono::milliseconds(500);
  /// So much longer another one that moves all the time is waited for; then it is noise. And for so
  /// long after it was taken, more of a control's movement is the same gesture.
  Duration patience = std::chrono::seconds(2);
};

/// What a device sends for one control.
struct HeardControl {
  std::string device;
  MidiMapping mapping;  ///< least and most are those of what it can send, as far as can be guessed
  int raw = 0;          ///< the latest value
  int lowest = 0;       ///< of all that was heard
  int highest = 0;

  friend bool operator==(const HeardControl&, const HeardControl&) = default;
};

/// Hears messages and tells which control the performer is moving, one control after the other.
///
/// What moves most in a while is taken when it has come to rest, but for jitter. Not taken are:
/// what stays within a sixteenth of its range, and what never rests; note-offs, channel mode
/// messages, what only chooses a parameter or a bank; the pressure of keys as long as the notes
/// themselves are not. Two controllers n and n + 32 that move together are one of 14 bits.
///
/// Time is an argument, and never goes back. Memory grows with the number of different messages
/// heard. Thread-safe: no. Not realtime.
class MidiLearner {
 public:
  struct News {
    enum class Kind {
      learnt,  ///< a new control, the last of controls()
      again,   ///< `control` is moved again
      steps,   ///< it sends steps (an endless encoder in relative mode): nothing to map
    };
    Kind kind{};
    std::size_t control = 0;  ///< for learnt and again: its place in controls()
    HeardControl heard;

    friend bool operator==(const News&, const News&) = default;
  };

  explicit MidiLearner(MidiLearnerOptions options = {}) : options_(options) {}

  void hear(std::string_view device, const MidiMessage& message, TimePoint now);

  /// What is known by `now`; call it until there is nothing more.
  std::optional<News> advance(TimePoint now);
  /// When advance() may have something to say if nothing more is heard; nothing when it will not.
  [[nodiscard]] std::optional<TimePoint> next(TimePoint now) const;

  /// What seems to be moved now: to be shown, not to be believed.
  [[nodiscard]] std::optional<HeardControl> hearing() const;

  /// In the order in which they were moved: x_1, x_2, ….
  [[nodiscard]] const std::vector<HeardControl>& controls() const noexcept { return controls_; }
  /// Forgets the last control, and what has been heard since. False when there is none.
  bool undo();

 private:
  using Kind = MidiMapping::Kind;
  /// Device, kind, channel, number.
  using Name = std::tuple<std::string, Kind, int, int>;

  /// What one kind of message did since the last control was taken.
  struct Moves {
    std::size_t count = 0;
    int low = 0, high = 0;
    std::int64_t travelled = 0;
    std::size_t repeats = 0;      // the same value as the one before
    std::size_t followed = 0;     // controller n: by n + 32 at once
    bool wide = false;            // two values as far apart as 1 and 127
    std::array<bool, 3> steps{};  // all values fit an encoding of steps
    TimePoint began;
  };
  struct Source {
    Moves moves;
    bool is_known = false;  // the rest is
    int raw = 0;
    int lowest = 0, highest = 0;
    int rest_low = 0, rest_high = 0;  // around where it stands, by jitter
    TimePoint moved, last;            // beyond jitter; at all
    bool has_lower = false;           // NRPN: the lower half came
    bool upper_moved = false;         // NRPN: the upper half was not 0
    bool is_restless = false;
    bool is_told = false;  // that it sends steps
  };
  struct Candidate {
    Name name;
    Source* source;
    HeardControl heard;
    double score;
  };
  /// What a device's channel was told before.
  struct Channel {
    int controller = -1;  // the last one, until another message comes
    std::array<int, 2> chosen{0x7f, 0x7f};
    int parameter = kNone;
    int upper = 0;
  };
  static constexpr int kNone = -1;        // data entry is a controller like others
  static constexpr int kRegistered = -2;  // data entry is for what imps cannot map

  Source& touch(std::string_view device, Kind kind, int channel, int number, int raw,
                TimePoint now);
  void on_control_change(std::string_view device, const MidiMessage& message, TimePoint now);
  [[nodiscard]] const Source* active(const std::string& device, Kind kind, int channel,
                                     int number = 0) const;
  [[nodiscard]] bool is_fine(const Name& name) const;
  [[nodiscard]] bool is_part_of_another(const Name& name) const;
  [[nodiscard]] HeardControl heard(const Name& name, const Source& source) const;
  [[nodiscard]] double span(const Name& name, const Source& source) const;
  [[nodiscard]] double score(const Name& name, const Source& source) const;
  [[nodiscard]] bool has_moved(const Name& name, const Source& source) const;
  static bool sends_steps(const Name& name, const Source& source);
  [[nodiscard]] std::optional<std::size_t> place(const HeardControl& heard) const;
  std::vector<Candidate> candidates();
  std::optional<News> tell_of_steps(TimePoint now);
  std::optional<News> take(const Candidate& candidate);
  void begin_anew();

  MidiLearnerOptions options_;
  std::map<Name, Source> sources_;
  std::map<std::tuple<std::string, int>, Channel> channels_;
  std::vector<HeardControl> controls_;
  std::vector<TimePoint> moved_;  // of controls_: when it last was, as far as it is one gesture
};

}  // namespace imps
