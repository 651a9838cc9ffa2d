#include "session/router.h"

#include <vector>

#include <gmock/gmock.h>

namespace imps {
namespace {

using testing::ElementsAre;

std::vector<Route> routes(const std::vector<std::string>& texts) {
  std::vector<Route> list;
  for (const std::string& text : texts)
    list.push_back(route_from_text(text).value());
  return list;
}

std::vector<double> as_vector(std::span<const double> values) {
  return {values.begin(), values.end()};
}

TEST(Router, WithoutRoutesEachControlGoesToItsOwnPlace) {
  Router router({});
  const std::vector controls{0.1, 0.2};
  ControlSet touched("10");
  EXPECT_THAT(as_vector(router.in(controls, touched)), ElementsAre(0.1, 0.2));
  EXPECT_EQ(touched, ControlSet("10"));
  const Sound sound = router.out({.controls = controls, .touched = touched});
  EXPECT_THAT(as_vector(sound.controls), ElementsAre(0.1, 0.2));
  EXPECT_EQ(sound.touched, ControlSet("10"));
}

TEST(Router, ReordersScalesTurnsOverAndHoldsWhatThePerformerPlays) {
  Router router({.input = routes({"2", "1 1 0", "1 0.5 1", "hold 0.25"}), .output = {}});
  ControlSet touched("01");
  EXPECT_THAT(as_vector(router.in(std::vector{0.25, 0.75}, touched)),
              ElementsAre(0.75, 0.75, 0.625, 0.25));
  EXPECT_EQ(touched, ControlSet("0110")) << "those that the first control moves";
}

TEST(Router, SendsOneControlToSeveralOutputs) {
  Router router({.input = {}, .output = routes({"2", "2 1 0", "1"})});
  const std::vector controls{0.25, 0.75};
  const std::vector velocities{10, 20};
  const Sound sound =
      router.out({.controls = controls, .touched = ControlSet("10"), .velocities = velocities});
  EXPECT_THAT(as_vector(sound.controls), ElementsAre(0.75, 0.25, 0.25));
  EXPECT_EQ(sound.touched, ControlSet("011"));
  EXPECT_THAT(std::vector(sound.velocities.begin(), sound.velocities.end()),
              ElementsAre(20, 20, 10));
}

TEST(Router, AHeldOutputIsToldItsValueOnceAndWithoutOneStaysWhereItStood) {
  Router router({});
  router.out({.controls = std::vector{0.3, 0.6}, .touched = ControlSet("11")});
  router.set({.input = {}, .output = routes({"hold", "hold 0.9", "1"})});
  const std::vector controls{0.7, 0.8};
  Sound sound = router.out({.controls = controls, .touched = ControlSet()});
  EXPECT_THAT(as_vector(sound.controls), ElementsAre(0.3, 0.9, 0.7));
  EXPECT_EQ(sound.touched, ControlSet("010"));
  sound = router.out({.controls = controls, .touched = ControlSet("11")});
  EXPECT_EQ(sound.touched, ControlSet("100"));
}

TEST(Router, AControlThatIsNotThereLeavesItsPlaceAlone) {
  Router router({.input = {}, .output = routes({"5", "1"})});
  const Sound sound = router.out({.controls = std::vector{0.7}, .touched = ControlSet("1")});
  EXPECT_THAT(as_vector(sound.controls), ElementsAre(0.5, 0.7));
}

}  // namespace
}  // namespace imps
