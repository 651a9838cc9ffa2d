// Controls learnt by being moved, while a performance goes on.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "interface/midi/learner.h"

namespace imps {

/// Hears all MIDI inputs on a thread of its own. Systems let several programs hear a port, so the
/// performance goes on hearing its own. Thread-safe: yes. Not realtime.
class MidiLesson {
 public:
  struct Options {
    std::string api = "auto";
    std::vector<std::string> configured;  ///< what the configuration calls devices
    /// It ends by itself when nobody has asked how it stands for so long.
    std::chrono::milliseconds patience = std::chrono::seconds(20);
  };
  /// How it stands.
  struct State {
    bool runs = false;
    std::string system;                ///< "ALSA", "JACK", "CoreMIDI"; "" before that is known
    std::string error;                 ///< why it could not begin; "" when nothing is wrong
    std::vector<std::string> devices;  ///< that are heard
    std::optional<HeardControl> hearing;
    std::vector<HeardControl> controls;       ///< x_1, x_2, …
    std::optional<MidiLearner::News> latest;  ///< what was found last
  };

  explicit MidiLesson(Options options);
  /// Gives the ports back, or lets a system that is stuck alone after two seconds.
  ~MidiLesson();
  MidiLesson(const MidiLesson&) = delete;
  MidiLesson& operator=(const MidiLesson&) = delete;

  /// Counts as asking.
  State state();
  [[nodiscard]] bool runs() const;
  /// Forgets the last control. False when there is none.
  bool undo();

 private:
  struct Shared;  // by this and the thread, which may outlive it
  static void run(Shared& shared);

  const std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace imps
