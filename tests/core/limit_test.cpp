// What a player asks of a control, in words.
#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include <imps/limit.h>

namespace imps::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Limit limit(std::string_view text) {
  const auto read = limit_from_text(text);
  EXPECT_TRUE(read) << text << ": " << (read ? "" : read.error().message);
  return read ? *read : Limit{};
}

std::vector<double> steps(const Limit& limit) {
  return {limit.steps.begin(), limit.steps.begin() + static_cast<std::ptrdiff_t>(limit.step_count)};
}

/// The MIDI notes that a control from 0 to 127 comes to.
std::vector<int> notes(const Limit& limit) {
  std::vector<int> all;
  for (const double step : steps(limit))
    all.push_back(static_cast<int>(std::lround(step * 127)));
  return all;
}

TEST(Limit, OfNoWordsIsNone) {
  for (const char* const text : {"", "  "})
    EXPECT_TRUE(limit(text).limits().is_none());
}

TEST(Limit, IsMadeOfClauses) {
  const Limit all = limit("0.2 to 0.8, steps 11,sigma 0.3 ,  sparse 0.25");
  EXPECT_EQ(all.least, 0.2);
  EXPECT_EQ(all.most, 0.8);
  EXPECT_EQ(all.step_count, 11U);
  EXPECT_EQ(all.sigma, 0.3);
  EXPECT_EQ(all.chance, 0.25);
  EXPECT_FALSE(all.is_held);
  EXPECT_TRUE(limit("hold").is_held);
  EXPECT_EQ(limit("hold").held_at, std::nullopt);
  EXPECT_EQ(limit("hold 0.5").held_at, 0.5);
}

TEST(Limit, OfStepsAreInEqualDistances) {
  EXPECT_THAT(steps(limit("steps 3")), ElementsAre(0, 0.5, 1));
  EXPECT_EQ(steps(limit("steps 128")).size(), 128U);
}

TEST(Limit, OfAScaleAreItsNotes) {
  const auto all = notes(limit("scale C major"));
  EXPECT_THAT(std::vector(all.begin(), all.begin() + 8), ElementsAre(0, 2, 4, 5, 7, 9, 11, 12));
  EXPECT_EQ(all.back(), 127) << "G";
  const auto flat = notes(limit("scale Bb pentatonic"));
  EXPECT_THAT(std::vector(flat.begin(), flat.begin() + 5), ElementsAre(0, 2, 5, 7, 10));
  EXPECT_EQ(notes(limit("scale A# pentatonic")), flat);
  EXPECT_EQ(notes(limit("scale c chromatic")).size(), 128U);
}

TEST(Limit, OfAScaleBetweenNotesSpansThem) {
  // What is 0 is the note 60, what is 1 the note 72: as a mapping "note 1 60 72" has it.
  std::vector<double> expected;
  for (const int note : {60, 62, 64, 65, 67, 69, 71, 72})
    expected.push_back((note - 60) / 12.0);
  EXPECT_EQ(steps(limit("scale C major 60 72")), expected);
}

TEST(Limit, ThatIsWrongSaysHow) {
  const auto fault = [](std::string_view text) {
    const auto read = limit_from_text(text);
    return read ? "" : read.error().message;
  };
  EXPECT_THAT(fault("0.8 to 0.2"), HasSubstr("rising"));
  EXPECT_THAT(fault("0.2 to 1.5"), HasSubstr("0 to 1"));
  EXPECT_THAT(fault("0.2 to nan"), HasSubstr("0 to 1"));
  EXPECT_THAT(fault("steps 1"), HasSubstr("2 to 128"));
  EXPECT_THAT(fault("steps 2.5"), HasSubstr("whole number"));
  EXPECT_THAT(fault("scale H major"), HasSubstr("root"));
  EXPECT_THAT(fault("scale C mayor"), HasSubstr("did you mean 'major'"));
  EXPECT_THAT(fault("scale C major 70 60"), HasSubstr("rising"));
  EXPECT_THAT(fault("scale C pentatonic 61 61"), HasSubstr("rising"));
  EXPECT_THAT(fault("sigma -1"), HasSubstr("0 or more"));
  EXPECT_THAT(fault("sparse 0"), HasSubstr("above 0"));
  EXPECT_THAT(fault("hold 2"), HasSubstr("0 to 1"));
  EXPECT_THAT(fault("sigma 1, sigma 2"), HasSubstr("another of its kind"));
  EXPECT_THAT(fault("0.1 to 0.2, steps 2"), HasSubstr("none of the steps"));
  EXPECT_THAT(fault("0.1 to 0.2,"), HasSubstr("is no limit"));
  EXPECT_THAT(fault("a b c d e f g"), HasSubstr("is no limit"));
}

TEST(Limit, OfDtIsInSeconds) {
  const auto read = dt_limit_from_text("0.1 to 20, sigma 0");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->least, 0.1);
  EXPECT_EQ(read->most, 20);
  EXPECT_EQ(read->sigma, 0);
  EXPECT_TRUE(std::isinf(dt_limit_from_text("")->most));
  EXPECT_THAT(dt_limit_from_text("steps 3").error().message, HasSubstr("limit of dt"));
  EXPECT_FALSE(dt_limit_from_text("2 to 1"));
}

}  // namespace
}  // namespace imps::test
