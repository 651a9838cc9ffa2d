// The performance loop: one thread that owns the interfaces, the timers and the performer's state.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <imps/performer.h>
#include <imps/result.h>

#include "config/settings.h"
#include "interface/interface.h"
#include "interface/midi/note_table.h"
#include "interface/osc/osc_interface.h"
#include "log/writer.h"
#include "session/hand.h"
#include "session/lateness.h"
#include "session/messages.h"
#include "session/router.h"
#include "session/smoother.h"
#include "session/turn.h"

namespace imps {

/// The steady clock's reading at which a performance's time is zero.
using Start = std::chrono::steady_clock::time_point;
/// The time of a performance that began at `start`.
inline TimePoint since(Start start) noexcept {
  return TimePoint{std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - start)};
}

/// The performer's part of the settings.
PerformerSettings performer_settings(const Settings& settings, std::uint64_t seed);

/// The limits that a performance begins with, as commands.
std::vector<Command> limits_of(const LimitSettings& limits);

/// What a performance needs once its dimension is known.
class Backstage {
 public:
  virtual ~Backstage() = default;
  struct Ready {
    TakeModel model;           ///< to begin with
    LogWriter* log = nullptr;  ///< null when nothing is logged; outlives the performance
    std::vector<Frame> warm;   ///< what the network has heard before
  };
  /// Called once: before run(), or by the loop when the first frame has come, or settings that say
  /// how many controls there are. May block: frames wait. @param settings  as they are then
  virtual Ready get_ready(int dimension, const Settings& settings) = 0;
};

/// Carries out what the Performer says: receives, schedules, sends, logs, and answers.
class Performance final : private Listener {
 public:
  /// Opens the interfaces; nothing is received before run(). Blocks a little.
  /// @param backstage, channels, notes  outlive the performance.
  /// @param notes  where outputs keep what sounds; may be null
  static Result<std::unique_ptr<Performance>> open(const Settings& settings, std::uint64_t seed,
                                                   Start start, Backstage& backstage,
                                                   Channels& channels, NoteTable* notes = nullptr);
  ~Performance() override;

  /// The dimension, before run(): frames of another one are refused from then on. Without it the
  /// first frame decides.
  void set_dimension(int dimension);

  /// OSC's port; 0 without OSC.
  [[nodiscard]] std::uint16_t port() const noexcept { return osc_ == nullptr ? 0 : osc_->port(); }
  /// What it listens to and plays on, for people, one line each.
  [[nodiscard]] std::vector<std::string> descriptions() const;

  /// The loop. Returns after Finish. Call it on its own thread.
  void run();
  /// After run(): what the loop's thread was given to be on time, for people.
  [[nodiscard]] const std::string& priority() const noexcept { return priority_; }
  /// After run(): how things stood at the end.
  [[nodiscard]] Report report();

 private:
  struct Delayed {
    TimePoint due;
    std::uint64_t order;  // of arrival
    std::optional<Command> command;
    Frame frame;
  };

  Performance(const Settings& settings, std::uint64_t seed, Start start, Backstage& backstage,
              Channels& channels);

  // Listener
  void begin_turn() override;
  void end_turn(bool more_waits) override;
  void on_frame(std::span<const double> controls, Duration delay) override;
  void on_updates(std::span<const ControlUpdate> updates) override;
  void on_let_go(const ControlSet& controls) override;
  void on_command(const Command& command, Duration delay) override;
  void on_toggle(Command::Kind kind) override;
  std::vector<StatusEntry> status() override;

  // The parts of what follows are in performance_input.cpp, _output, _house and _report.
  [[nodiscard]] TimePoint now() const noexcept { return since(start_); }
  [[nodiscard]] PerformerCounts all_counts() const noexcept;  // of every take so far
  void delay(TimePoint due, std::optional<Command> command, std::span<const double> controls);
  void act_on_delayed();
  void take_in(std::span<const double> controls);
  void learn_dimension(int dimension, TimePoint at);
  void expect_controls();
  void remember_velocity(const ControlUpdate& update);
  void act_on_turn();
  void act_on_frame(std::span<const double> controls, const ControlSet& touched, TimePoint at,
                    bool heard);
  void act_on_command(const Command& command, TimePoint at);
  void act_on_tap(TimePoint at);
  void carry_out(std::span<const Action> actions);
  [[nodiscard]] std::span<const int> velocities_for(std::size_t controls) const noexcept;
  void send_prediction(const Play& play);
  void sound(Sound sound, TimePoint at);
  void smooth();
  void release(TimePoint at);
  void see(TimePoint at, Voice voice, std::span<const double> controls);
  void see_outlook();
  void watched(const Watched& what);
  void take_hand(const TakeHand& message);
  void play_due();
  void arm();
  void on_timer();
  void wait_for_house();
  void on_message(const ToStage& message);
  void take_model(const TakeModel& message, TimePoint at);
  void begin_take(const BeginTake& message, TimePoint at);
  void take_settings(const TakeSettings& message, TimePoint at);
  /// False, and told, when it cannot be opened as settings_ have it; as `before` has it, it plays
  /// on.
  bool take_interface(std::string_view section, const Settings& before, TimePoint at);
  Result<void> open(std::string_view section, const Settings& settings);
  void know_model(const TakeModel& message);
  void tell(const ToHouse& message);
  void tell_ports();
  void log_event(TimePoint at, std::string_view name, double number, std::string_view text);
  void tell_unheard(TimePoint at);
  void let_go(ControlSet outputs);
  void tell_owner(const Owner& owner);
  void finish();

  Settings settings_;
  PerformerSettings performer_settings_;  // to begin with
  PerformerSettings told_settings_;       // the same, with what was asked for early
  Start start_;
  Backstage& backstage_;
  LogWriter* log_ = nullptr;
  Channels& channels_;
  NoteTable* notes_ = nullptr;

  boost::asio::io_context loop_{1};
  boost::asio::steady_timer timer_;
  boost::asio::posix::stream_descriptor house_;
  struct Open {
    std::string_view section;
    std::unique_ptr<Interface> interface;
  };
  std::vector<Open> interfaces_;
  OscInterface* osc_ = nullptr;  // of these, if there is one
  // Those that had to be opened anew: what the loop still holds of them ends with it.
  std::vector<std::unique_ptr<Interface>> retired_;
  std::optional<Performer> performer_;

  Hand hand_;
  Router router_;
  Smoother smoother_;
  ControlSet touched_;                            // by the frame that is being acted on
  ControlSet touched_told_ = ControlSet().set();  // as the events file has it
  ControlSet thru_sounds_;  // controls of the outputs that thru was the last to move
  std::array<int, kMaxControls> velocities_{};  // of the performer's last keys, by model's control
  Turn turn_;
  TimePoint turn_began_;
  std::vector<Command> early_;  // before there is a performer
  std::optional<TimePoint> early_beat_;
  Taps taps_;
  std::vector<Command> limits_;   // in force, one a control
  PerformerCounts counted_;       // in the takes before this one
  std::vector<Delayed> delayed_;  // a heap, soonest first
  std::uint64_t delayed_order_ = 0;
  std::uint64_t unheard_run_ = 0;  // performer's rows that the network skipped just now
  std::optional<TimePoint> armed_for_;
  std::size_t most_heard_ = 1;  // frames of one turn that the model has time for
  std::string model_name_ = "none yet";
  std::string scene_;
  std::string priority_;

  Lateness lateness_;
  Lateness response_;
  std::optional<TimePoint> arrival_;  // of what is being acted on
  Frame last_prediction_;
  std::uint64_t log_refused_ = 0;
  std::uint64_t untold_ = 0;  // messages that the house's queue had no room for
  bool watched_ = false;
  std::optional<std::pair<TimePoint, std::optional<TimePoint>>> outlook_told_;  // base and due
  bool finished_ = false;
};

}  // namespace imps
