#include "tests/support/stage.h"

#include <stdexcept>
#include <type_traits>

namespace imps::test {

std::ostream& operator<<(std::ostream& out, const Sent& sent) {
  out << "{what " << static_cast<int>(sent.what) << " at " << sent.at.time_since_epoch().count()
      << " due " << sent.due.time_since_epoch().count() << " number " << sent.number << " (";
  for (const double x : sent.controls)
    out << ' ' << x;
  return out << " )}";
}

void Stage::play(const std::vector<double>& controls, bool heard) {
  take(performer.on(PerformerFrame{controls, heard}, now));
}

void Stage::touch(const std::vector<std::pair<std::size_t, double>>& controls, bool heard) {
  std::vector<double> frame(static_cast<std::size_t>(performer.dimension() - 1), 0.25);
  ControlSet touched;
  for (const auto& [control, value] : controls) {
    frame.at(control) = value;
    touched.set(control);
  }
  take(performer.on(PerformerFrame{frame, heard, touched}, now));
}

void Stage::command(const Command& command) { take(performer.on(command, now)); }

void Stage::command(std::string_view word, CommandArgument argument) {
  const auto made = make_command(word, std::array{argument});
  if (!made) throw std::runtime_error(made.error().message);
  command(*made);
}

void Stage::command(std::string_view word) {
  const auto made = make_command(word, {});
  if (!made) throw std::runtime_error(made.error().message);
  command(*made);
}

void Stage::advance(Duration by) {
  const TimePoint end = now + by;
  while (const auto deadline = performer.deadline()) {
    if (*deadline > end) break;
    now = std::max(now, *deadline);
    take(performer.on_time(now));
  }
  now = end;
}

void Stage::sleep(Duration by) {
  now += by;
  while (const auto deadline = performer.deadline()) {
    if (*deadline > now) break;
    take(performer.on_time(now));
  }
}

void Stage::take(std::span<const Action> actions) {
  for (const Action& action : actions) {
    std::visit(
        [this](const auto& a) {
          using A = std::decay_t<decltype(a)>;
          Sent one;
          one.at = now;
          if constexpr (std::is_same_v<A, Play>) {
            one.what = Sent::What::prediction;
            one.due = a.due;
            one.number = a.number;
            one.of = a.moved;
            one.controls.assign(a.controls.begin(), a.controls.end());
          } else if constexpr (std::is_same_v<A, PlayThru>) {
            one.what = Sent::What::thru;
            one.controls.assign(a.controls.begin(), a.controls.end());
          } else if constexpr (std::is_same_v<A, Release>) {
            one.what = Sent::What::release;
          } else if constexpr (std::is_same_v<A, WriteRow>) {
            one.what = a.voice == Voice::model ? Sent::What::row_model : Sent::What::row_performer;
            one.controls.assign(a.controls.begin(), a.controls.end());
          } else if constexpr (std::is_same_v<A, HandOver>) {
            one.what = a.to == Voice::model ? Sent::What::to_model : Sent::What::to_performer;
          } else if constexpr (std::is_same_v<A, LetGo>) {
            one.what = Sent::What::let_go;
            one.of = a.controls;
          } else if constexpr (std::is_same_v<A, Owner>) {
            one.what = Sent::What::owner;
            one.of = a.performer;
          } else {
            one.what = Sent::What::withheld;
            one.number = a.number;
          }
          sent.push_back(std::move(one));
        },
        action);
  }
  if (thinks) performer.think();
}

std::vector<Sent> Stage::all(Sent::What what) const {
  std::vector<Sent> found;
  for (const Sent& one : sent) {
    if (one.what == what) found.push_back(one);
  }
  return found;
}

std::string Stage::story() const {
  std::string letters;
  for (const Sent& one : sent)
    letters += "ptrinPMwlo"[static_cast<int>(one.what)];
  return letters;
}

}  // namespace imps::test
