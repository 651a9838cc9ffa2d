// From the performer's rows to a dataset.
#include "dataset/collate.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "dataset/dataset.h"
#include "tests/dataset/made_logs.h"
#include "tests/support/folder.h"
#include "tests/support/reference.h"

namespace imps::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Collated {
  CollateReport report;
  Dataset dataset;
  std::vector<float> values;

  [[nodiscard]] std::vector<float> row(std::size_t k) const {
    const auto columns = static_cast<std::size_t>(dataset.dimension());
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(k * columns);
    return {first, first + static_cast<std::ptrdiff_t>(columns)};
  }
  [[nodiscard]] std::vector<std::string> takes() const {
    std::vector<std::string> names;
    for (const Take& take : dataset.takes())
      names.push_back(take.name + ": " + std::to_string(take.rows));
    return names;
  }
};

Result<Collated> collate_all(const std::filesystem::path& place,
                             const CollateOptions& options = {}) {
  const Folder folder;
  const auto choice = choose_logs({.places = {place}, .keep_duplicates = options.like_impsy});
  if (!choice) return choice.error();
  auto report = collate(*choice, options, folder / "made.npz");
  if (!report) return report.error();
  auto dataset = Dataset::open(folder / "made.npz");
  if (!dataset) return dataset.error();
  Collated collated{std::move(*report), std::move(*dataset), {}};
  collated.values.resize(static_cast<std::size_t>(collated.dataset.rows()) *
                         static_cast<std::size_t>(collated.dataset.dimension()));
  EXPECT_TRUE(collated.dataset.read(0, collated.values).has_value());
  return collated;
}

TEST(Collate, GivesThePerformersRowsWithTheTimeSinceThePerformersLast) {
  const Folder folder;
  folder.write("a-3d-mdrnn.log", MadeLog()
                                     .row(0, {0.5, 0.25})
                                     .row(0.5, {0.75, 0.25})
                                     .row(0.25, {0.1, 0.2}, "rnn")
                                     .row(0.5, {1, 0})
                                     .text());
  const auto made = collate_all(folder.path());
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_THAT(made->takes(), ElementsAre("a-3d-mdrnn.log: 2"));
  EXPECT_THAT(made->row(0), ElementsAre(0.5F, 0.75F, 0.25F));
  EXPECT_THAT(made->row(1), ElementsAre(0.75F, 1, 0));
  EXPECT_EQ(made->report.logs[0].beginnings, 1U);
}

TEST(Collate, ALongRestBeginsANewTake) {
  const Folder folder;
  folder.write("a-3d-mdrnn.log", MadeLog().rows(60).wait(5.1).rows(40).wait(4.8).rows(5).text());
  const auto made = collate_all(folder.path());
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_THAT(made->takes(), ElementsAre("a-3d-mdrnn.log: 59", "a-3d-mdrnn.log#2: 44"));
  EXPECT_EQ(made->report.summary.short_takes, 1U);
  EXPECT_NEAR(made->report.summary.seconds, 59 * 0.1 + 43 * 0.1 + 4.9, 1e-4);

  CollateOptions longer;
  longer.phrases.gap = Duration{6'000'000};
  EXPECT_THAT(collate_all(folder.path(), longer)->takes(), ElementsAre("a-3d-mdrnn.log: 104"));
}

TEST(Collate, ValuesOffScaleAreClampedAndCounted) {
  const Folder folder;
  folder.write("a-3d-mdrnn.log",
               MadeLog().row(0, {0, 0}).row(1, {1.5, 0.5}).row(1, {-0.25, 2}).text());
  const auto made = collate_all(folder.path());
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->values, (std::vector<float>{1, 1, 0.5F, 1, 0, 1}));
  EXPECT_EQ(made->report.logs[0].clamped, 3U);
}

TEST(Collate, AClockThatJumpsBackBeginsANewTakeAndNeverMakesANegativeDt) {
  const Folder folder;
  folder.write("a-3d-mdrnn.log",
               MadeLog().rows(10).wait(-3600).rows(10).wait(-0.15).rows(1).text());
  const auto made = collate_all(folder.path());
  ASSERT_TRUE(made.has_value());
  EXPECT_THAT(made->takes(), ElementsAre("a-3d-mdrnn.log: 9", "a-3d-mdrnn.log#2: 10"));
  EXPECT_EQ(made->report.logs[0].backwards, 2U);
  EXPECT_EQ(made->row(18)[0], 0);
}

TEST(Collate, APhraseMarkedNotThatIsLeftOutAndTheLogStays) {
  const Folder folder;
  const std::string log =
      MadeLog().rows(30).wait(6).rows(20).row(0.1, {0, 0}, "rnn").wait(6).rows(10).text();
  folder.write("a-3d-mdrnn.log", log);
  const auto mark = [&folder](int rows, const std::string& text) {
    folder.write("a-3d-mdrnn.events.jsonl", nlohmann::json{{"at", 1},
                                                           {"time", "2026-02-03T20:15:31.500000"},
                                                           {"rows", rows},
                                                           {"event", "mark"},
                                                           {"number", 0},
                                                           {"text", text}}
                                                    .dump() +
                                                "\n");
  };
  for (const int rows : {31, 40, 50, 51}) {  // within the second phrase, and right after it
    mark(rows, "Not that");
    const auto made = collate_all(folder.path());
    ASSERT_TRUE(made.has_value());
    EXPECT_THAT(made->takes(), ElementsAre("a-3d-mdrnn.log: 29", "a-3d-mdrnn.log#3: 9")) << rows;
    EXPECT_EQ(made->report.logs[0].marked, 20U);
  }
  mark(40, "the chorus");
  EXPECT_EQ(collate_all(folder.path())->takes().size(), 3U);
  mark(0, "not that");  // before anything was played
  EXPECT_EQ(collate_all(folder.path())->takes().size(), 3U);
  EXPECT_EQ(read_text(folder / "a-3d-mdrnn.log"), log);
}

TEST(Collate, AMarkStaysWithItsPhraseWhenTimesLeaveThatOut) {
  const Folder folder;
  folder.write("a-3d-mdrnn.log", MadeLog().rows(200).wait(30).rows(50).text());
  folder.write(
      "a-3d-mdrnn.events.jsonl",
      R"({"at":1,"time":"2026-02-03T20:15:31.500000","rows":220,"event":"mark","text":"not that"})"
      "\n");
  const auto first = collate_all(folder.path(), {.to_us = kEvening + 25'000'000});
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_EQ(first->dataset.rows(), 199U);
  const auto trimmed = collate_all(folder.path(), {.trim = Duration{6'000'000}});
  ASSERT_TRUE(trimmed.has_value()) << trimmed.error().message;
  EXPECT_EQ(trimmed->dataset.rows(), 139U) << "6.1 s to 20.0 s, the first without dt";
}

TEST(Collate, TimesLeaveRowsOut) {
  const Folder folder;
  folder.write("a-3d-mdrnn.log", MadeLog().rows(100).text());  // 0.1 s to 10 s after the start
  CollateOptions options{.from_us = kEvening + 2'000'000, .to_us = kEvening + 5'000'000};
  const auto made = collate_all(folder.path(), options);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->dataset.rows(), 29U);  // 2.0 s to 4.9 s, the first without dt
  EXPECT_EQ(made->report.logs[0].outside, 70U);
  const auto trimmed = collate_all(folder.path(), {.trim = Duration{1'000'000}});
  EXPECT_EQ(trimmed->dataset.rows(), 79U);  // 1.1 s to 9.0 s
}

TEST(Collate, LogsWithoutTwoRowsThatFollowAreRefused) {
  const Folder folder;
  folder.write("a-3d-mdrnn.log", MadeLog().rows(1).wait(3600).rows(1).text());
  const auto made = collate_all(folder.path());
  ASSERT_FALSE(made.has_value());
  EXPECT_THAT(made.error().message, HasSubstr("--gap"));
}

TEST(Collate, DamagedRowsAreSkippedAndDtSpansThem) {
  const Folder folder;
  folder.write("a-3d-mdrnn.log", MadeLog()
                                     .row(0, {0.5, 0.25})
                                     .wait(1)
                                     .line("2026-02-03T20:15:31,interface,nan,0.5")
                                     .row(1, {0.75, 0.25})
                                     .text());
  const auto made = collate_all(folder.path());
  ASSERT_TRUE(made.has_value());
  EXPECT_THAT(made->row(0), ElementsAre(2, 0.75F, 0.25F));
}

/// The predecessor's own vectors: these log lines are these rows.
TEST(Collate, KeepsToTheConformanceVectorsLikeImpsyAndByItself) {
  IMPS_NEEDS_REFERENCE(reference);
  const auto vectors =
      nlohmann::json::parse(read_text(reference / "conformance/vectors/dataset.json"));
  const double tolerance = 1e-7;  // rows are float32 here
  ASSERT_GE(vectors["cases"].size(), 2U);
  for (const auto& one : vectors["cases"]) {
    const Folder folder;
    std::string log;
    for (const auto& line : one["log_lines"])
      log += line.get<std::string>() + '\n';
    folder.write(fmt::format("x-{}d-mdrnn.log", one["dimension"].get<int>()), log);
    for (const bool like_impsy : {true, false}) {
      const auto made = collate_all(folder.path(), {.like_impsy = like_impsy});
      ASSERT_TRUE(made.has_value()) << made.error().message;
      ASSERT_EQ(made->dataset.rows(), one["expected"].size()) << one["name"];
      for (std::size_t row = 0; row < one["expected"].size(); ++row) {
        for (std::size_t column = 0; column < one["expected"][row].size(); ++column)
          EXPECT_NEAR(made->row(row)[column], one["expected"][row][column].get<double>(),
                      tolerance);
      }
    }
  }
}

/// Time stamps of the reference's logs were made from dt that had been recorded as float32; theirs
/// have microseconds. So dt agree to half a microsecond and float32's own step, controls exactly.
TEST(Collate, LikeImpsyGivesItsRowsOfRealTakes) {
  IMPS_NEEDS_REFERENCE(reference);
  for (const std::string name : {"4d-12ksmall", "4d"}) {
    const auto recorded =
        Dataset::open(reference / "real/datasets" / ("training-dataset-" + name + ".npz"));
    ASSERT_TRUE(recorded.has_value()) << recorded.error().message;
    const auto made = collate_all(reference / "real/logs" / name, {.like_impsy = true});
    ASSERT_TRUE(made.has_value()) << made.error().message;
    const auto takes = recorded->takes();
    ASSERT_EQ(made->dataset.takes().size(), takes.size());
    for (std::size_t k = 0; k < takes.size(); ++k) {
      const Take& take = made->dataset.takes()[k];
      ASSERT_EQ(take.rows, takes[k].rows - 1) << take.name;  // the first row of a log has no dt
      std::vector<float> expected(static_cast<std::size_t>(take.rows) * 4);
      ASSERT_TRUE(recorded->read(takes[k].first + 1, expected).has_value());
      for (std::size_t v = 0; v < expected.size(); ++v) {
        const float value = made->values[static_cast<std::size_t>(take.first) * 4 + v];
        if (v % 4 == 0) {
          ASSERT_NEAR(value, expected[v], 1.1e-6 + 1.2e-7 * expected[v]) << take.name << " " << v;
        } else {
          ASSERT_EQ(value, expected[v]) << take.name << " " << v;
        }
      }
    }
  }
}

}  // namespace
}  // namespace imps::test
