// The field's own logs and the predecessor's vectors.
#include "tests/support/reference.h"

#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "log/reader.h"
#include "log/summary.h"

namespace imps {
namespace {

/// The performer's frames (dt, x_1 …) as a dataset has them: without the first, whose dt nobody
/// knows.
std::vector<std::vector<double>> performer_frames(const Log& log) {
  std::vector<std::vector<double>> frames;
  std::optional<std::int64_t> last;
  for (std::size_t k = 0; k < log.rows(); ++k) {
    if (log.voices[k] != Voice::performer) continue;
    if (last) {
      frames.push_back({static_cast<double>(log.local_us[k] - *last) / 1e6});
      frames.back().insert(frames.back().end(), log.row(k).begin(), log.row(k).end());
    }
    last = log.local_us[k];
  }
  return frames;
}

TEST(LogReference, ReadsThePredecessorsLogsIntoTheFramesOfItsDatasets) {
  IMPS_NEEDS_REFERENCE(reference);
  std::ifstream file(reference / "conformance/vectors/dataset.json");
  const auto vectors = nlohmann::json::parse(file);
  int cases = 0;
  for (const auto& vector : vectors.at("cases")) {
    ++cases;
    SCOPED_TRACE(vector.at("name").get<std::string>());
    std::string text;
    for (const auto& line : vector.at("log_lines"))
      text += line.get<std::string>() + "\n";
    const auto frames =
        performer_frames(read_log_text(text, {.dimension = vector.at("dimension").get<int>()}));
    const auto& expected = vector.at("expected");
    ASSERT_EQ(frames.size(), expected.size());
    for (std::size_t k = 0; k < frames.size(); ++k) {
      ASSERT_EQ(frames[k].size(), expected[k].size());
      for (std::size_t d = 0; d < frames[k].size(); ++d) {
        EXPECT_NEAR(frames[k][d], expected[k][d].get<double>(), vectors.at("tolerance"));
      }
    }
  }
  EXPECT_EQ(cases, 2);
}

struct Folder {
  const char* name;
  std::size_t takes;
  std::uint64_t rows;
};

class LogReferenceFolder : public testing::TestWithParam<Folder> {};

TEST_P(LogReferenceFolder, EveryRowOfEveryTakeIsRead) {
  IMPS_NEEDS_REFERENCE(reference);
  const auto logs = reference / "real/logs";
  std::ifstream file(logs / (std::string(GetParam().name) + ".manifest.json"));
  std::size_t takes = 0;
  std::uint64_t rows = 0;
  for (const auto& take : nlohmann::json::parse(file)) {
    if (take.at("file").is_null()) continue;
    const auto path = logs / GetParam().name / take.at("file").get<std::string>();
    const auto log = read_log(path);
    ASSERT_TRUE(log) << log.error().message;
    EXPECT_EQ(log->dimension(), 4);
    EXPECT_EQ(log->rows(), take.at("rows").get<std::size_t>()) << path;
    EXPECT_EQ(log->report.skipped + log->report.backwards, 0u) << path;
    ++takes;
    rows += log->rows();

    const auto sum = summarize(*log);
    EXPECT_EQ(sum.performer_rows, log->rows());
    EXPECT_EQ(sum.span.count(), log->local_us.back() - log->local_us.front());
    EXPECT_LT(sum.longest_rest, Duration(766'000'000));
    for (const auto& control : sum.controls) {
      EXPECT_EQ(control.grid, ControlGrid::seven_bit);
      EXPECT_GE(control.least, 0);
      EXPECT_LE(control.greatest, 1);
      EXPECT_LE(control.distinct, 128u);
    }
  }
  EXPECT_EQ(takes, GetParam().takes);
  EXPECT_EQ(rows, GetParam().rows);
}

INSTANTIATE_TEST_SUITE_P(Real, LogReferenceFolder,
                         testing::Values(Folder{"4d", 33, 103'250},
                                         Folder{"4d-12ksmall", 4, 12'074}));

}  // namespace
}  // namespace imps
