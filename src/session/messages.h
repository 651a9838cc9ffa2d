// What the performance loop and the house loop tell each other.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <boost/lockfree/spsc_queue.hpp>

#include <imps/command.h>
#include <imps/frame.h>
#include <imps/mode.h>
#include <imps/performer.h>

#include "config/settings.h"
#include "interface/interface.h"
#include "interface/osc/counts.h"
#include "platform/wake.h"
#include "session/lateness.h"

namespace imps {

class LogWriter;

// ---- from the house to the stage

/// Play this one from now on. A null model means that there is none.
struct TakeModel {
  std::shared_ptr<const Mdrnn> model;
  std::string name;
  std::string digest;
  Duration step{};  ///< what one step takes
};
/// Other settings are in force from now on, with the commands that make it so. What they say of
/// interfaces, routes and smoothing is taken over; the rest is not looked at.
struct TakeSettings {
  std::uint64_t number = 0;  ///< answered with a SettingsTaken
  std::shared_ptr<const Settings> settings;
  std::string scene;  ///< its name, or "" when it is none
  std::optional<TakeModel> model;
  std::vector<Command> commands;
  std::optional<int> dimension;  ///< where none is known yet: that of the settings
};
/// As if it had come over OSC.
struct TakeCommand {
  Command command;
};
/// The take ends here, and another one begins: it goes on as it was steered.
struct BeginTake {
  std::shared_ptr<Performer> performer;  ///< of the new one; its place is taken by the old one
  LogWriter* log = nullptr;              ///< outlives the performance, or the next such message
};
/// The performer moves controls on the page.
struct TakeHand {
  Frame controls;
  ControlSet moved;  ///< of these; all of them when they are to say how many there are
};
/// From now on it is of interest what sounds and what comes next, or no longer.
struct Watch {
  bool on = false;
};
/// Tell how things stand (answered with a Report).
struct TellReport {};
/// Release everything, and end the loop.
struct Finish {};

using ToStage = std::variant<TakeModel, TakeSettings, TakeCommand, BeginTake, TakeHand, Watch,
                             TellReport, Finish>;

// ---- from the stage to the house

/// The first frame has come and said the dimension; the model and the log are ready.
struct DimensionKnown {
  int dimension = 0;
};
/// Somebody asked live for this file of the models folder.
struct ModelAsked {
  std::string name;
};
/// Somebody asked live for a scene, "next" or "previous".
struct SceneAsked {
  std::string name;
};
/// Somebody asked live for a new take.
struct TakeAsked {};
/// Nothing more is written to the log of before.
struct TakeEnded {
  TimePoint at;
  std::shared_ptr<Performer> performer;  ///< its, to be freed
};
/// What is open, and what of it is there.
struct PortsKnown {
  std::vector<std::string> descriptions;
};
/// An interface could not be opened as the new settings have it; what was there plays on.
struct InterfaceRefused {
  std::string why;
};
/// Those settings are in force, but for the interfaces of these sections, of which one was told
/// why.
struct SettingsTaken {
  std::uint64_t number = 0;
  std::vector<std::string_view> refused;  ///< of kInterfaceSections
};
/// The model that was played before, to be freed.
struct ModelReturned {
  std::shared_ptr<const Mdrnn> model;
};
/// A frame sounded or was played (only when verbose).
struct FrameSeen {
  TimePoint at;
  Voice voice = Voice::performer;
  Frame frame;
};
/// How things stand.
struct Report {
  TimePoint at;
  Voice voice = Voice::performer;
  PerformerSettings settings;  ///< in force
  std::string priority;        ///< that the stage's loop was given
  bool paused = false;
  bool muted = false;
  ControlSet held;              ///< controls that the performer has, where they are shared
  int dimension = 0;            ///< 0 while unknown
  PerformerCounts performer;    ///< of all takes
  std::uint64_t take_rows = 0;  ///< of both voices, in the take that is played
  OscCounts osc;
  LatenessSummary lateness;
  LatenessSummary response;  ///< from a datagram's arrival to the prediction that was due at once
  Frame last_prediction;
  std::uint64_t log_refused = 0;  ///< rows and events that the log had no room for
  std::uint64_t untold = 0;       ///< messages to the house that its queue had no room for
  std::vector<PortNews> news;
};

using ToHouse =
    std::variant<DimensionKnown, ModelAsked, SceneAsked, TakeAsked, TakeEnded, PortsKnown,
                 InterfaceRefused, SettingsTaken, ModelReturned, FrameSeen, Report>;

/// A bounded queue from one thread to one other, and a wake-up beside it. What does not fit is
/// counted by the sender.
template <class Message, std::size_t kCapacity>
class Channel {
 public:
  /// False when the queue is full.
  bool send(const Message& message) {
    const bool sent = queue_.push(message);
    wake_.signal();
    return sent;
  }
  /// Hands every message that waits to `take`, oldest first.
  template <class Take>
  void receive(Take&& take) {
    wake_.clear();
    queue_.consume_all(take);
  }
  /// Readable when a message waits.
  [[nodiscard]] int fd() const noexcept { return wake_.fd(); }

 private:
  boost::lockfree::spsc_queue<Message, boost::lockfree::capacity<kCapacity>> queue_;
  platform::Wake wake_;
};

// ---- what is watched

/// The voice has passed.
struct VoicePassed {
  TimePoint at;
  Voice to = Voice::performer;
};
/// The performer has these controls now, and the model the others.
struct OwnerChanged {
  ControlSet performer;
};
/// What the model is about to play, as far as a picture shows it.
struct Cloud {
  static constexpr std::size_t kMostMixtures = 8;  ///< the heaviest
  static constexpr std::size_t kMostControls = 16;
  TimePoint base;
  std::optional<TimePoint> due;
  std::size_t mixtures = 0;
  std::size_t controls = 0;
  std::array<float, kMostMixtures> weights;
  /// Mean and standard deviation: of dt in seconds, and of controls in [0, 1].
  std::array<std::array<float, 2>, kMostMixtures> dt;
  std::array<std::array<std::array<float, 2>, kMostMixtures>, kMostControls> values;
};
/// There is nothing to come.
struct NoCloud {};

using Watched = std::variant<FrameSeen, VoicePassed, OwnerChanged, Cloud, NoCloud>;

struct Channels {
  Channel<ToStage, 64> to_stage;
  Channel<ToHouse, 256> to_house;
  /// Looked at now and then, without a wake-up: the stage pays for no more than a copy. What does
  /// not fit is lost, and counted.
  boost::lockfree::spsc_queue<Watched, boost::lockfree::capacity<1024>> watched;
  std::atomic<std::uint64_t> unwatched{0};
};

}  // namespace imps
