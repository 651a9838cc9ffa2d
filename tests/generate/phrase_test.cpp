// A performer's log as the beginning of what a model plays.
#include "generate/phrase.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "tests/support/folder.h"
#include "tests/support/models.h"

namespace imps {
namespace {

using testing::HasSubstr;

class PhraseTest : public testing::Test {
 protected:
  std::filesystem::path log(std::string_view text) { return folder_.write("take.log", text); }
  /// The first frame after a phrase, as heard from the log.
  std::vector<double> after(std::string_view text) {
    Soloist soloist(*model_, {});
    const auto phrase = hear_phrase(soloist, 3, Seconds{5}, log(text));
    EXPECT_TRUE(phrase) << phrase.error().message;
    const auto controls = soloist.next().controls;
    return {controls.begin(), controls.end()};
  }
  /// The same after frames given by hand.
  std::vector<double> after(const std::vector<std::pair<double, std::vector<double>>>& frames) {
    Soloist soloist(*model_, {});
    for (const auto& [dt, controls] : frames)
      soloist.hear({dt, controls});
    const auto controls = soloist.next().controls;
    return {controls.begin(), controls.end()};
  }

  test::Folder folder_;
  std::shared_ptr<const Mdrnn> model_ =
      test::random_model({.dimension = 3, .layers = 2, .units = 16, .mixtures = 5}, 5);
};

TEST_F(PhraseTest, IsHeardAsTheTimeBetweenThePerformersRows) {
  EXPECT_EQ(after("2026-01-31T20:00:00.000000,interface,0.1,0.2\n"
                  "2026-01-31T20:00:00.250000,interface,0.3,0.4\n"
                  "2026-01-31T20:00:00.300000,rnn,0.9,0.9\n"
                  "2026-01-31T20:00:01.250000,interface,0.5,0.6\n"),
            after({{0.1, {0.1, 0.2}}, {0.25, {0.3, 0.4}}, {1.0, {0.5, 0.6}}}));
}

TEST_F(PhraseTest, HasNoRestLongerThanTheModelsOwnAndStaysInRange) {
  EXPECT_EQ(after("2026-01-31T20:00:00,interface,0.1,0.2\n"
                  "2026-01-31T20:10:00,interface,-3,1.5\n"
                  "2026-01-31T20:09:00,interface,0.5,0.5\n"),
            after({{0.1, {0.1, 0.2}}, {5.0, {0.0, 1.0}}, {0.0, {0.5, 0.5}}}));
}

TEST_F(PhraseTest, ReportsWhatWasDamagedAndWhenItEnded) {
  Soloist soloist(*model_, {});
  const auto phrase = hear_phrase(soloist, 3, Seconds{5},
                                  log("1970-01-01T00:00:01,interface,0.1,0.2\n"
                                      "rubbish\n"
                                      "1970-01-01T00:00:02.5,interface,0.1,0.2\n"
                                      "1970-01-01T00:00:03,rnn,0.1,0.2\n"
                                      "1970-01-01T00:00:04,interf"));
  ASSERT_TRUE(phrase) << phrase.error().message;
  EXPECT_EQ(phrase->rows, 2U);
  EXPECT_EQ(phrase->skipped, 2U);
  EXPECT_EQ(phrase->last_local_us, 2'500'000);
}

TEST_F(PhraseTest, OfAnotherInstrumentIsRefused) {
  Soloist soloist(*model_, {});
  const auto phrase =
      hear_phrase(soloist, 3, Seconds{5}, log("2026-01-31T20:00:00,interface,0.1\n"));
  ASSERT_FALSE(phrase);
  EXPECT_THAT(phrase.error().message, HasSubstr("dimension 3"));
  EXPECT_FALSE(hear_phrase(soloist, 3, Seconds{5}, folder_ / "nothing.log"));
}

}  // namespace
}  // namespace imps
