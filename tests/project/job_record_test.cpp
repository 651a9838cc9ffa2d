// What is kept of what a job says.
#include "project/job_record.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace imps::project {
namespace {

std::string epoch(int k, double part) {
  return fmt::format(R"({{"event":"epoch","epoch":{},"train_nll":{},"val_nll":-2.5,"part":{}}})"
                     "\n",
                     k, -0.5 * k, part);
}

TEST(JobRecord, HasProgressCurveAndResultOfATraining) {
  JobRecord record("1", JobKind::train, "train");
  EXPECT_EQ(record.json(0, false)["progress"], Json());
  EXPECT_TRUE(record.hear_output(R"({"event":"start","rows":500,"takes":3,"dimension":4})"
                                 "\n"));
  // In pieces, as a pipe gives them.
  const std::string line = epoch(1, 0.25);
  EXPECT_FALSE(record.hear_output(line.substr(0, 20)));
  EXPECT_TRUE(record.hear_output(line.substr(20)));
  record.hear_output(epoch(2, 0.5) + R"({"event":"epoch","epoch":3,"val_nll":null,"part":0.75})"
                                     "\n");
  EXPECT_EQ(record.json(0, false)["progress"], 0.75);
  EXPECT_EQ(record.json(0, false)["curve"],
            Json::parse("[[1.0, -0.5, -2.5], [2.0, -1.0, -2.5], [3.0, null, null]]"));
  record.hear_output(R"({"event":"done","model":"models/a.safetensors","ending":"finished"})"
                     "\n");
  record.end({}, false);
  const Json json = record.json(1.5, false);
  EXPECT_EQ(json["state"], "done");
  EXPECT_EQ(json["progress"], 1.0);
  EXPECT_EQ(json["seconds"], 1.5);
  EXPECT_EQ(json["result"]["model"], "models/a.safetensors");
  EXPECT_EQ(json["error"], Json());
}

TEST(JobRecord, ReadsNonsenseWithoutTakingHarm) {
  for (const JobKind kind : {JobKind::train, JobKind::dataset}) {
    JobRecord record("1", kind, "x");
    for (const std::string& line :
         {std::string("[]"), std::string("{"), std::string("\xff\xfe\x00", 3),
          std::string(R"({"event":7})"), std::string(R"({"event":"epoch"})"),
          std::string(R"({"event":"epoch","epoch":"a","part":{}})"),
          std::string(R"({"event":"done","model":[]})"), std::string(100'000, '['),
          std::string(R"({"event":"note"})")}) {
      record.hear_output(line + "\n");
      record.hear_errors(line + "\r\n");
    }
    record.end({}, false);
    EXPECT_FALSE(text_of(record.json(0, true)).empty());
  }
}

TEST(JobRecord, KeepsTheLastLinesAndNoneOfThemWhole) {
  JobRecord record("1", JobKind::dataset, "dataset");
  for (int k = 0; k < 2000; ++k)
    record.hear_errors(fmt::format("imps: line {}\n", k));
  record.hear_errors(std::string(10'000'000, 'x') + "\n");
  record.hear_errors("unfinished");
  record.end({.signalled = false, .status = 1}, false);
  const Json json = record.json(0, false);
  ASSERT_EQ(json["lines"].size(), JobBounds::kLines);
  EXPECT_EQ(json["lines"][0], "line 1502");
  EXPECT_EQ(json["lines"].back(), "unfinished");
  EXPECT_LE(json["lines"][498].get<std::string>().size(), JobBounds::kLineBytes + 3);
  EXPECT_EQ(json["error"], "unfinished");
  EXPECT_EQ(json["state"], "failed");
  EXPECT_LE(record.json(0, true)["lines"].size(), 20U);
}

TEST(JobRecord, ThinsALongCurveEvenly) {
  JobRecord record("1", JobKind::train, "train");
  for (int k = 0; k < 20'000; ++k)
    record.hear_output(epoch(k, k / 20'000.0));
  const Json curve = record.json(0, false)["curve"];
  ASSERT_LT(curve.size(), JobBounds::kCurvePoints);
  ASSERT_GT(curve.size(), JobBounds::kCurvePoints / 4);
  const double step = curve[1][0].get<double>() - curve[0][0].get<double>();
  for (std::size_t k = 1; k < curve.size(); ++k)
    ASSERT_EQ(curve[k][0].get<double>() - curve[k - 1][0].get<double>(), step) << k;
  EXPECT_LE(record.json(0, true)["curve"].size(), 200U);
}

TEST(JobRecord, RefusesAResultWithoutEnd) {
  JobRecord record("1", JobKind::evaluate, "evaluate");
  for (int k = 0; k < 100; ++k)
    record.hear_output(std::string(65536, ' '));
  record.end({}, false);
  EXPECT_EQ(record.json(0, false)["state"], "failed");
  EXPECT_NE(text_of(record.json(0, false)["error"]).find("longer than"), std::string::npos);
}

TEST(JobRecord, SaysHowAJobDied) {
  JobRecord record("1", JobKind::train, "train");
  record.end({.signalled = true, .status = 11}, false);
  EXPECT_EQ(record.json(0, false)["error"], "imps train: ended by signal 11 (Segmentation fault)");
  JobRecord silent("2", JobKind::dataset, "dataset");
  silent.end({.signalled = false, .status = 3}, false);
  EXPECT_EQ(silent.json(0, false)["error"], "imps dataset: status 3");
  JobRecord stopped("3", JobKind::dataset, "dataset");
  stopped.end({.signalled = true, .status = 2}, true);
  EXPECT_EQ(stopped.json(0, false)["state"], "stopped");
  EXPECT_EQ(stopped.json(0, false)["error"], Json());
}

}  // namespace
}  // namespace imps::project
