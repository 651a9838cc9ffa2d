// A stage to rehearse on: a real Performer, and time moved by hand.
#pragma once

#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <imps/performer.h>

namespace imps::test {

/// What left the performer, in order.
struct Sent {
  enum class What {
    prediction,
    thru,
    release,
    row_performer,
    row_model,
    to_performer,
    to_model,
    withheld,
    let_go,
    owner
  };
  What what{};
  TimePoint at;                  ///< when it left
  TimePoint due;                 ///< predictions only
  std::vector<double> controls;  ///< predictions, thru and rows
  std::uint64_t number = 0;      ///< predictions only
  ControlSet of{};  ///< predictions: the model's controls; owner: the performer's; let go: these

  friend bool operator==(const Sent&, const Sent&) = default;
};
std::ostream& operator<<(std::ostream& out, const Sent& sent);

class Stage {
 public:
  Stage(std::shared_ptr<const Mdrnn> model, const PerformerSettings& settings,
        std::span<const Frame> warm = {})
      : performer(model, model->dimension(), settings, TimePoint{}, warm) {}

  /// The performer moves the controls now.
  void play(const std::vector<double>& controls, bool heard = true);
  /// The performer touches only some of the controls now.
  void touch(const std::vector<std::pair<std::size_t, double>>& controls, bool heard = true);
  void command(const Command& command);
  void command(std::string_view word, CommandArgument argument);
  void command(std::string_view word);
  /// Time passes; whatever becomes due on the way happens exactly when it is due.
  void advance(Duration by);
  /// Time passes with nobody looking (a suspended machine); then the performer is asked until it
  /// wants nothing more.
  void sleep(Duration by);
  void stop() { take(performer.on_stop(now)); }

  [[nodiscard]] bool model_is_speaking() const { return performer.voice() == Voice::model; }
  [[nodiscard]] std::vector<Sent> all(Sent::What what) const;
  [[nodiscard]] std::vector<Sent> predictions() const { return all(Sent::What::prediction); }
  /// The kinds of everything sent, one letter each: p(rediction) t(hru) r(elease), rows i(nterface)
  /// n(etwork), hand-overs P(erformer) M(odel), w(ithheld), l(et go), o(wner).
  [[nodiscard]] std::string story() const;

  Performer performer;
  TimePoint now;
  std::vector<Sent> sent;
  bool thinks = true;  ///< calls think() after every event, as the session does

 private:
  void take(std::span<const Action> actions);
};

}  // namespace imps::test
