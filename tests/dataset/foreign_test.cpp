// Datasets that NumPy 1.26 and 2.4 wrote, and files that are none. They are the corpus of the fuzz
// target: number k of a performance's values, counted through all of them, is k/32.
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "dataset/dataset.h"
#include "tests/support/folder.h"
#include "tests/support/reference.h"

namespace imps::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::filesystem::path corpus(const std::string& name) {
  return std::filesystem::path(IMPS_NPZ_CORPUS) / name;
}

std::vector<float> all_values(const Dataset& dataset) {
  std::vector<float> values(
      static_cast<std::size_t>(dataset.rows() * static_cast<std::uint64_t>(dataset.dimension())));
  EXPECT_TRUE(dataset.read(0, values).has_value());
  return values;
}

std::vector<float> counted(std::size_t values) {
  std::vector<float> expected;
  for (std::size_t k = 0; k < values; ++k)
    expected.push_back(static_cast<float>(k) / 32);
  return expected;
}

std::vector<std::uint64_t> lengths(const Dataset& dataset) {
  std::vector<std::uint64_t> rows;
  for (const Take& take : dataset.takes())
    rows.push_back(take.rows);
  return rows;
}

std::string refusal(const std::filesystem::path& path) {
  const auto dataset = Dataset::open(path);
  return dataset ? "it was read" : dataset.error().message;
}

class NumPy : public ::testing::TestWithParam<std::string> {};

TEST_P(NumPy, WritesPerformancesThatAreRead) {
  for (const char* const version : {"numpy1", "numpy2"}) {
    const auto dataset = Dataset::open(corpus(version + GetParam()));
    ASSERT_TRUE(dataset.has_value()) << dataset.error().message;
    EXPECT_EQ(dataset->dimension(), 3);
    EXPECT_THAT(lengths(*dataset), ::testing::ElementsAre(3, 2));
    EXPECT_EQ(all_values(*dataset), counted(15));
    EXPECT_EQ(dataset->digest().size(), 64U);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryProtocol, NumPy,
                         ::testing::Values("-perfs.npz", "-perfs-float64-and-empty.npz",
                                           "-perfs-protocol2.npz", "-perfs-protocol3.npz",
                                           "-perfs-protocol4.npz", "-perfs-protocol5.npz"));

TEST(Foreign, PerformancesOfOneLengthAreReadThoughNumPyMakesThemOneArray) {
  for (const char* const version : {"numpy1", "numpy2"}) {
    const auto dataset = Dataset::open(corpus(std::string(version) + "-perfs-alike.npz"));
    ASSERT_TRUE(dataset.has_value()) << dataset.error().message;
    EXPECT_THAT(lengths(*dataset), ::testing::ElementsAre(3, 3));
    EXPECT_EQ(all_values(*dataset), counted(18));
  }
}

TEST(Foreign, PlainArraysOfNumPyAreReadPackedOrNotAndWithoutNames) {
  for (const char* const name : {"numpy2-values.npz", "numpy2-values-packed.npz"}) {
    const auto dataset = Dataset::open(corpus(name));
    ASSERT_TRUE(dataset.has_value()) << dataset.error().message;
    EXPECT_THAT(lengths(*dataset), ::testing::ElementsAre(3, 2));
    EXPECT_EQ(dataset->takes()[1].first, 3U);
    EXPECT_EQ(all_values(*dataset), counted(15));
  }
  EXPECT_EQ(Dataset::open(corpus("numpy2-values.npz"))->takes()[1].name, "b–#2");
  EXPECT_EQ(Dataset::open(corpus("numpy2-values-packed.npz"))->takes()[1].name, "take 2");
}

TEST(Foreign, APickleThatCallsSomethingIsRefusedByNameAndNotRun) {
  std::filesystem::remove("imps-was-run");
  for (const char* const name : {"evil-protocol2.npz", "evil-protocol4.npz"})
    EXPECT_THAT(refusal(corpus(name)), AllOf(HasSubstr("posix.system"), HasSubstr("perfs")));
  EXPECT_FALSE(std::filesystem::exists("imps-was-run"));
}

TEST(Foreign, WhatIsNoDatasetIsRefusedWithTheReason) {
  EXPECT_THAT(refusal(corpus("nan.npz")), HasSubstr("values: row 2, x_1 is nan"));
  EXPECT_THAT(refusal(corpus("lengths-wrong.npz")), HasSubstr("lengths: take 2 has 3 rows"));
  EXPECT_THAT(refusal(corpus("something-else.npz")), HasSubstr("X.npy"));
  EXPECT_THAT(refusal(corpus("perfs-of-texts.npz")), HasSubstr("performance 1"));
  EXPECT_THAT(refusal(corpus("no-zip.npz")), HasSubstr("is not a whole .npz"));
  EXPECT_THAT(refusal(corpus("missing.npz")), HasSubstr("there is no such file"));
  EXPECT_THAT(refusal(corpus("")), HasSubstr("folder"));
}

TEST(Foreign, AFileThatIsCutAnywhereIsRefused) {
  const Folder folder;
  for (const char* const name : {"numpy2-values.npz", "numpy1-perfs.npz"}) {
    const std::string whole = read_text(corpus(name));
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const auto path = folder.write("cut.npz", std::string_view(whole).substr(0, length));
      EXPECT_FALSE(Dataset::open(path).has_value()) << name << " cut at " << length;
    }
  }
}

TEST(Foreign, ReadsThePredecessorsDatasets) {
  IMPS_NEEDS_REFERENCE(reference);
  const auto small = Dataset::open(reference / "real/datasets/training-dataset-4d-12ksmall.npz");
  ASSERT_TRUE(small.has_value()) << small.error().message;
  EXPECT_EQ(small->dimension(), 4);
  // real/logs/4d-12ksmall.manifest.json
  EXPECT_THAT(lengths(*small), ::testing::ElementsAre(3837, 922, 4406, 2909));
  const auto large = Dataset::open(reference / "real/datasets/training-dataset-4d.npz");
  ASSERT_TRUE(large.has_value()) << large.error().message;
  EXPECT_EQ(large->rows(), 103'250U);
  EXPECT_EQ(large->takes().size(), 33U);
}

}  // namespace
}  // namespace imps::test
