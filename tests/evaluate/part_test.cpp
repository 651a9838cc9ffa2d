// Which rows judge a model.
#include "evaluate/part.h"

#include <gmock/gmock.h>

#include "tests/evaluate/takes.h"

namespace imps::evaluate {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Dataset takes_of(const std::vector<std::uint64_t>& rows) {
  return test::make_dataset(2, rows, [](std::size_t, std::uint64_t, int) { return 0.5; });
}

TEST(Parts, MeetBehindTheFirstRowOfTheFirstValidationWindow) {
  const Dataset dataset = takes_of({150, 100});
  // The 136th window begins at row 35 of the second take; it predicts row 36 first.
  EXPECT_THAT(stretches(dataset, Part::all), ElementsAre(Stretch{0, 1, 150}, Stretch{1, 1, 100}));
  EXPECT_THAT(stretches(dataset, Part::training),
              ElementsAre(Stretch{0, 1, 150}, Stretch{1, 1, 36}));
  EXPECT_THAT(stretches(dataset, Part::validation), ElementsAre(Stretch{1, 36, 100}));
}

TEST(Parts, FollowTheLengthOfTheWindows) {
  // 1000 − 100 windows of 101 rows: the 811th begins at row 810.
  EXPECT_THAT(stretches(takes_of({1000}), Part::validation, 101),
              ElementsAre(Stretch{0, 811, 1000}));
  // No window of 2000 rows.
  EXPECT_THAT(stretches(takes_of({1000}), Part::validation, 2000),
              ElementsAre(Stretch{0, 901, 1000}));
}

TEST(Parts, MeetBetweenTakesWhenWindowsDo) {
  // 90 and 10 windows, and a take too short for one between them.
  const Dataset dataset = takes_of({140, 20, 60});
  EXPECT_THAT(stretches(dataset, Part::training), ElementsAre(Stretch{0, 1, 140}));
  EXPECT_THAT(stretches(dataset, Part::validation),
              ElementsAre(Stretch{1, 1, 20}, Stretch{2, 1, 60}));
}

TEST(Parts, TogetherAreEverything) {
  for (const auto& rows : std::vector<std::vector<std::uint64_t>>{
           {150, 100}, {140, 20, 60}, {1000}, {52}, {10, 10, 10}, {3}, {2}, {1, 1, 30, 1}}) {
    const Dataset dataset = takes_of(rows);
    EXPECT_EQ(count_frames(stretches(dataset, Part::training)) +
                  count_frames(stretches(dataset, Part::validation)),
              count_frames(stretches(dataset, Part::all)))
        << ::testing::PrintToString(rows);
  }
}

TEST(Parts, WithoutWindowsTheLastTenthOfTheRowsIsHeldOut) {
  EXPECT_THAT(stretches(takes_of({40}), Part::validation), ElementsAre(Stretch{0, 37, 40}));
  EXPECT_THAT(stretches(takes_of({40}), Part::training), ElementsAre(Stretch{0, 1, 37}));
}

TEST(Parts, AreEmptyWhereNothingCanBePredicted) {
  EXPECT_THAT(stretches(takes_of({1, 1, 1}), Part::all), IsEmpty());
  EXPECT_THAT(stretches(takes_of({2}), Part::training), IsEmpty());
  EXPECT_THAT(stretches(takes_of({2}), Part::validation), ElementsAre(Stretch{0, 1, 2}));
}

}  // namespace
}  // namespace imps::evaluate
