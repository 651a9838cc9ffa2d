// `imps predict` as scripts use it: compared with what the predecessor recorded.
#include <algorithm>
#include <cmath>
#include <fstream>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tests/support/reference.h"

namespace imps::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Recording {
  const char* name;
  const char* model;
  const char* recorded;
};
void PrintTo(const Recording& one, std::ostream* out) { *out << one.name; }

struct Step {
  std::vector<double> in;
  std::vector<double> out;
};

std::vector<Step> steps_of(const fs::path& path) {
  std::vector<Step> steps;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);  // the header
  while (std::getline(file, line)) {
    const json step = json::parse(line);
    steps.push_back({step["in"], step["out"]});
  }
  return steps;
}

class PredictionsOf : public ::testing::TestWithParam<Recording> {};

TEST_P(PredictionsOf, AreWhatWasRecorded) {
  IMPS_NEEDS_REFERENCE(reference);
  const Recording& one = GetParam();
  const auto steps = steps_of(reference / one.recorded);
  ASSERT_GE(steps.size(), 50U);
  std::string input;
  for (const Step& step : steps)
    input += json(step.in).dump() + "\n";
  Folder folder;
  const Outcome outcome = imps(folder.path(), {"predict", (reference / one.model).string()}, input);
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.err, IsEmpty());

  std::istringstream lines(outcome.out);
  std::string line;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    ASSERT_TRUE(std::getline(lines, line)) << k;
    const json said = json::parse(line);
    std::vector<double> values;
    for (const char* const part : {"mus", "sigmas", "logits"}) {
      const auto numbers = said[part].get<std::vector<double>>();
      values.insert(values.end(), numbers.begin(), numbers.end());
    }
    ASSERT_EQ(values.size(), steps[k].out.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double expected = steps[k].out[i];
      ASSERT_LE(std::abs(values[i] - expected), 1e-4 * std::max(1.0, std::abs(expected)))
          << "step " << k << ", output " << i;
    }
  }
  EXPECT_FALSE(std::getline(lines, line)) << "one a line";
}

#define IMPS_REAL "real/models/musicMDRNN-dim4-layers2-units64-mixtures5-scale10"
#define IMPS_REAL9 "real/models/musicMDRNN-dim9-layers2-units64-mixtures5-scale10"
#define IMPS_REAL_OUT "real/predictions/musicMDRNN-dim4-layers2-units64-mixtures5-scale10"
#define IMPS_REAL9_OUT "real/predictions/musicMDRNN-dim9-layers2-units64-mixtures5-scale10"
#define IMPS_MADE(units) "made/models/musicMDRNN-dim3-layers2-units" units "-mixtures5-scale10"
#define IMPS_MADE_OUT(units) \
  "made/predictions/musicMDRNN-dim3-layers2-units" units "-mixtures5-scale10-fresh"
INSTANTIATE_TEST_SUITE_P(
    Models, PredictionsOf,
    ::testing::Values(
        Recording{"TheRealH5", IMPS_REAL ".h5", IMPS_REAL_OUT ".h5.jsonl"},
        Recording{"TheRealKeras", IMPS_REAL ".keras", IMPS_REAL_OUT ".keras.jsonl"},
        Recording{"TheRealInt8Tflite", IMPS_REAL ".tflite",
                  IMPS_REAL_OUT ".tflite-stored-dequant.jsonl"},
        Recording{"TheRealH5OfNine", IMPS_REAL9 ".h5", IMPS_REAL9_OUT ".h5.jsonl"},
        Recording{"TheRealKerasOfNine", IMPS_REAL9 ".keras", IMPS_REAL9_OUT ".keras.jsonl"},
        Recording{"TheRealTfliteOfNine", IMPS_REAL9 ".tflite", IMPS_REAL9_OUT ".tflite.jsonl"},
        Recording{"AMadeXxsKeras", IMPS_MADE("16") ".keras", IMPS_MADE_OUT("16") ".keras.jsonl"},
        Recording{"AMadeXsWeightsH5", IMPS_MADE("32") ".weights.h5",
                  IMPS_MADE_OUT("32") ".weights.h5.jsonl"},
        Recording{"AMadeSTflite", IMPS_MADE("64") ".tflite", IMPS_MADE_OUT("64") ".tflite.jsonl"},
        Recording{"AMadeMKeras", IMPS_MADE("128") ".keras", IMPS_MADE_OUT("128") ".keras.jsonl"}),
    [](const auto& one) { return one.param.name; });

class Predict : public ::testing::Test {
 protected:
  Outcome predict(const fs::path& reference, const std::string& input,
                  const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"predict", (reference / IMPS_MADE("16") ".keras").string()};
    words.insert(words.end(), more.begin(), more.end());
    return imps(folder_.path(), words, input);
  }
  Folder folder_;
};

TEST_F(Predict, TakesCsvAndJsonAlike) {
  IMPS_NEEDS_REFERENCE(reference);
  const Outcome csv = predict(reference, "dt,x_1,x_2\n0.1,0.5,0.25\r\n 0.2 , 0.5 , 1\n");
  const Outcome array = predict(reference, "[0.1,0.5,0.25]\n[0.2,0.5,1]");
  EXPECT_EQ(csv.status, 0) << csv.err;
  EXPECT_FALSE(csv.out.empty());
  EXPECT_EQ(csv.out, array.out);
}

TEST_F(Predict, SkipsRubbishWithItsLineNumberAndGoesOn) {
  IMPS_NEEDS_REFERENCE(reference);
  const Outcome clean = predict(reference, "0.1,0.5,0.25\n0.2,0.5,1\n");
  const Outcome outcome = predict(reference,
                                  "0.1,0.5,0.25\n"
                                  "hello\n"
                                  "0.1,0.5\n"
                                  "[0.1,0.5,\n"
                                  "[0.1,0.5,\"x\"]\n"
                                  "0.1,nan,0.5\n"
                                  "-0.1,0.5,0.5\n"
                                  "0.2,0.5,7\n");
  EXPECT_EQ(outcome.status, 1) << "something was refused";
  for (const int line : {2, 3, 4, 5, 6, 7})
    EXPECT_THAT(outcome.err, HasSubstr("line " + std::to_string(line) + ": "));
  EXPECT_THAT(outcome.err, HasSubstr("1 values outside [0, 1] were clamped"));
  EXPECT_EQ(outcome.out, clean.out) << "what was refused was not heard";
}

TEST_F(Predict, ForgetsAtAnEmptyLineAndAtReset) {
  IMPS_NEEDS_REFERENCE(reference);
  const Outcome once = predict(reference, "0.1,0.5,0.25\n0.2,0.5,1\n");
  const Outcome thrice = predict(
      reference,
      "0.1,0.5,0.25\n0.2,0.5,1\n\n0.1,0.5,0.25\n0.2,0.5,1\nreset\n0.1,0.5,0.25\n0.2,0.5,1\n");
  EXPECT_EQ(thrice.out, once.out + once.out + once.out);
}

TEST_F(Predict, DrawsTheSameFramesFromTheSameSeed) {
  IMPS_NEEDS_REFERENCE(reference);
  const std::string frames = "0.1,0.5,0.25\n0.2,0.5,1\n0.1,0,0\n";
  const Outcome first = predict(reference, frames, {"--sample", "--seed", "7", "--sigmatemp", "1"});
  const Outcome again = predict(reference, frames, {"--sample", "--seed", "7", "--sigmatemp", "1"});
  const Outcome other = predict(reference, frames, {"--sample", "--seed", "8", "--sigmatemp", "1"});
  EXPECT_EQ(first.out, again.out);
  EXPECT_NE(first.out, other.out);
  std::istringstream lines(first.out);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const auto frame = json::parse(line).get<std::vector<double>>();
    ASSERT_EQ(frame.size(), 3U);
    EXPECT_GE(frame[0], 0.001);
    for (const double x : {frame[1], frame[2]})
      EXPECT_TRUE(x >= 0 && x <= 1);
  }
  EXPECT_EQ(count, 3U);
}

TEST_F(Predict, AnswersEachLineBeforeTheNextComes) {
  IMPS_NEEDS_REFERENCE(reference);
  Program program(folder_.path(), {"predict", (reference / IMPS_MADE("16") ".keras").string()});
  for (std::size_t turn = 1; turn <= 3; ++turn) {
    program.write("0.1,0.5,0.5\n");
    ASSERT_TRUE(program.prints_lines(turn)) << program.err();
  }
  EXPECT_EQ(program.wait(), 0);
}

}  // namespace
}  // namespace imps::test
