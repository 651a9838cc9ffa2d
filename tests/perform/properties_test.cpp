// What must hold whatever happens, in whatever order.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/support/models.h"
#include "tests/support/stage.h"

namespace imps {
namespace {

using namespace std::chrono_literals;
using test::Sent;
using test::Stage;

const auto& wild_model() {
  static const auto model =
      test::random_model({.dimension = 3, .layers = 1, .units = 8, .mixtures = 3}, 77);
  return model;
}

void do_something(Stage& stage, int what, int how) {
  const double fraction = how / 1000.0;
  switch (what) {
    case 0:
    case 1:
    case 2:
      stage.play({fraction, 1 - fraction}, how % 7 != 0);
      break;
    case 3:
      stage.touch({{static_cast<std::size_t>(how % 2), fraction}}, how % 7 != 0);
      break;
    case 4:
    case 5:
    case 6:
      stage.advance(std::chrono::milliseconds(how));
      break;
    case 7:
      stage.sleep(std::chrono::milliseconds(10 * how));
      break;
    case 8:
      stage.command({.kind = Command::Kind::mode, .mode = static_cast<Mode>(how % 5)});
      break;
    case 9:
      stage.command("pause", how % 2 == 0 ? 1.0 : 0.0);
      break;
    case 10:
      stage.command("mute", how % 2 == 0 ? 1.0 : 0.0);
      break;
    case 11:
      stage.command(how % 5 == 0 ? "panic" : "reset");
      break;
    case 12:
      stage.command("sigmatemp", fraction * 10);
      break;
    case 13:
      stage.command("timescale", 0.1 + fraction);
      break;
    case 14:
      stage.command("threshold", fraction);
      break;
    case 15:
      stage.command("pitemp", 0.01 + fraction);
      break;
    case 16:
      stage.command("seed", static_cast<double>(how));
      break;
    case 17:
      stage.command("handover");
      break;
    case 18: {
      constexpr std::array kLimits{
          "",        "0.2 to 0.6", "steps 5",   "scale C minor, sparse 0.5",
          "sigma 3", "hold",       "hold 0.25", "0.4 to 0.5, sparse 0.1"};
      stage.command({.kind = Command::Kind::limit,
                     .number = static_cast<double>(1 + how % 2),
                     .text = kLimits.at(static_cast<std::size_t>(how) % kLimits.size())});
      break;
    }
    case 19:
      stage.command(how % 3 == 0 ? "letgo" : "grip", 1.0 + how % 2);
      break;
    case 20:
      stage.command({.kind = Command::Kind::limit,
                     .number = 0,
                     .text = how % 3 == 0   ? ""
                             : how % 3 == 1 ? "0.05 to 0.2"
                                            : "sigma 2"});
      break;
    case 21:
      stage.command("surprise", how % 5 == 0 ? how % 2 : fraction);
      break;
    case 22:
      stage.command("tempo", how % 4 == 0 ? 0.0 : 400 * fraction);
      break;
    case 23:
      stage.command(how % 2 == 0 ? "grid" : "snap", how % 2 == 0 ? 0.25 + 23 * fraction : fraction);
      break;
    case 24:
      stage.command("beat", 60 * fraction);
      break;
    default:
      stage.performer.set_model(
          test::random_model(wild_model()->sizes(), 100U + static_cast<unsigned>(how % 3)),
          stage.now);
  }
}

std::vector<std::pair<int, int>> any_events() {
  return *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, 26), rc::gen::inRange(0, 1000)));
}

RC_GTEST_PROP(Properties, NothingIsOutOfRangeNothingIsLeftSoundingAndTimeNeverGoesBack, ()) {
  PerformerSettings settings{.mode = static_cast<Mode>(*rc::gen::inRange(0, 5)),
                             .start_now = *rc::gen::arbitrary<bool>()};
  settings.temperatures = {.sigma = 1, .pi = 1.5};
  settings.thru = *rc::gen::arbitrary<bool>();
  settings.shared = *rc::gen::arbitrary<bool>();
  settings.release = Seconds{*rc::gen::inRange(0, 3) * 0.3};
  settings.pick_up = ControlSet(static_cast<unsigned>(*rc::gen::inRange(0, 4)));
  Stage stage(wild_model(), settings);
  const auto events = any_events();
  for (const auto& [what, how] : events) {
    do_something(stage, what, how);
    RC_ASSERT(stage.performer.pending() <= 64U);
  }
  stage.stop();
  stage.advance(1h);

  TimePoint last;
  bool model_sounds = false;
  ControlSet performers;
  Voice voice =
      settings.mode == Mode::battle && settings.start_now ? Voice::model : Voice::performer;
  for (const Sent& one : stage.sent) {
    RC_ASSERT(one.at >= last);
    last = one.at;
    for (const double x : one.controls)
      RC_ASSERT(x >= 0 && x <= 1);
    switch (one.what) {
      case Sent::What::prediction:
        model_sounds = true;
        RC_ASSERT((one.of & performers).none());  // nobody moves what is the other's
        break;
      case Sent::What::owner:
        RC_ASSERT(one.of != performers);
        performers = one.of;
        break;
      case Sent::What::release:
        model_sounds = false;
        break;
      case Sent::What::to_model:
        RC_ASSERT(voice == Voice::performer);
        voice = Voice::model;
        break;
      case Sent::What::to_performer:
        RC_ASSERT(voice == Voice::model);
        RC_ASSERT(!model_sounds);
        voice = Voice::performer;
        break;
      default:
        break;
    }
  }
  RC_ASSERT(!model_sounds);
  RC_ASSERT(voice == Voice::performer);
}

RC_GTEST_PROP(Properties, TheSameEventsAtTheSameTimesGiveTheSameActionsWhetherThoughtAheadOrNot,
              ()) {
  const auto events = any_events();
  const auto mode = static_cast<Mode>(*rc::gen::inRange(0, 5));
  const bool shared = *rc::gen::arbitrary<bool>();
  const auto perform = [&](bool thinks) {
    Stage stage(
        wild_model(),
        {.mode = mode, .start_now = true, .shared = shared, .pick_up = ControlSet(1), .seed = 9});
    stage.thinks = thinks;
    for (const auto& [what, how] : events)
      do_something(stage, what, how);
    return stage.sent;
  };
  RC_ASSERT(perform(true) == perform(false));
}

}  // namespace
}  // namespace imps
