// The one small shape of everything that a performer plays on, and that the model is heard by.
// doc/interfaces.md shows how another one is added.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <imps/command.h>
#include <imps/conditions.h>
#include <imps/frame.h>
#include <imps/time.h>

#include "config/settings.h"

namespace imps {

/// A control has a new value.
struct ControlUpdate {
  std::size_t control = 0;  ///< 0 is x_1
  double value = 0;         ///< [0, 1]
  int velocity = 0;         ///< of the key that it came from, 1–127; 0: from no key

  friend bool operator==(const ControlUpdate&, const ControlUpdate&) = default;
};

/// One fact of a status reply.
struct StatusEntry {
  std::string_view key;
  std::variant<double, std::int64_t, std::string_view> value;
};

/// What a musician is told of a port, in one line.
struct PortNews {
  bool is_bad = false;  ///< it has gone, or what came in was wrong
  std::string text;
};

/// A frame for the outputs. Whose it is, the outputs need not know.
struct Sound {
  std::span<const double> controls;  ///< x_1 …, each in [0, 1]
  /// Those that were touched: all of the model's, of a performer's the ones that moved. A note is
  /// begun anew only where its control was touched.
  ControlSet touched;
  TimePoint due;  ///< when it is to sound: now, unless `interaction.ahead` is on
  /// How hard the performer last struck a key for each control: 1–127, or 0; fewer than `controls`
  /// when that is not to be remembered.
  std::span<const int> velocities{};
};

/// Who hears what interfaces receive: the performance. Everything happens on its loop.
class Listener {
 public:
  virtual ~Listener() = default;
  /// What follows, until end_turn(), came together.
  virtual void begin_turn() = 0;
  /// @param more_waits  more has come already and follows after timers and other interfaces
  virtual void end_turn(bool more_waits) = 0;
  /// The performer moved: all controls, each finite and in [0, 1]; valid during the call.
  /// @param delay  how long from now it is to be done, [0 s, 10 s]
  virtual void on_frame(std::span<const double> controls, Duration delay) = 0;
  /// The performer moved some controls, at once: one interaction. The others stay where they are.
  virtual void on_updates(std::span<const ControlUpdate> updates) = 0;
  /// The performer's keys for these controls were let go.
  virtual void on_let_go(const ControlSet& controls) = 0;
  virtual void on_command(const Command& command, Duration delay) = 0;
  /// A switch (pause, mute) the other way round.
  virtual void on_toggle(Command::Kind kind) = 0;
  /// How things stand. The texts are valid until the next call of anything here.
  virtual std::vector<StatusEntry> status() = 0;
};

/// One way in and out: a port, a server, a line.
///
/// Every method but the constructor is called on the performance loop's thread, and may be called
/// from within a call to the listener. Once started, sounding and hearing are realtime-safe unless
/// an interface says otherwise.
class Interface {
 public:
  virtual ~Interface() = default;
  /// From now on `listener`, which outlives the interface or stop(), is called. Once.
  virtual void start(Listener& listener) = 0;
  /// Nothing is heard any more, for good; sounding still works.
  virtual void stop() noexcept = 0;
  /// How many controls there are, as soon as that is known.
  virtual void expect_controls(std::size_t controls) = 0;
  virtual void sound(const Sound& sound, TimePoint now) = 0;
  /// Ends what sounds.
  virtual void release(TimePoint now) = 0;
  /// Ends what sounds for these controls, on interfaces that have notes.
  virtual void let_go(const ControlSet&, TimePoint) {}
  /// Who has which control has changed: the performer these, the model the others of so many. For
  /// interfaces that can show it.
  virtual void tell_owner(const ControlSet&, std::size_t /*controls*/, TimePoint) {}
  /// Ends whatever may sound, also what was not begun here.
  virtual void panic(TimePoint now) { release(now); }
  /// Ends what sounds, for good.
  virtual void farewell(TimePoint now) { release(now); }

  /// Takes over what has changed in the configuration, while it goes on. False when it cannot, and
  /// has to be opened anew: nothing has changed then. Allocates.
  virtual bool take(const Settings& settings, TimePoint now) = 0;
  /// After stop() and farewell(): gives up its ports, for others to have.
  virtual void close() noexcept = 0;

  /// Something is still on its way out: the loop goes on for a moment at the end.
  [[nodiscard]] virtual bool is_sending() const noexcept { return false; }

  /// For people: "listening for OSC on localhost:5001, /interface; answering …".
  [[nodiscard]] virtual std::string description() const = 0;
  /// The same, and what of it is not there just now.
  [[nodiscard]] virtual std::string description_now() const { return description(); }
  /// What it has counted, for the status reply.
  virtual void add_status(std::vector<StatusEntry>& entries) = 0;
  /// Adds what has come and gone since the last call, in that order, and what was wrong with what
  /// came in, once in a while. Allocates.
  virtual void take_news(std::vector<PortNews>& all, TimePoint now) = 0;
};

}  // namespace imps
