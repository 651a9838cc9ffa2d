// What is written is read, by ourselves and in the way that NumPy reads.
#include "dataset/dataset.h"

#include <array>
#include <cstring>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "dataset/byte_source.h"
#include "dataset/npz_read.h"
#include "dataset/writer.h"
#include "tests/support/folder.h"

namespace imps::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Rows whose numbers all differ, starting with row `first`.
std::vector<float> rows_from(std::size_t first, std::size_t rows, std::size_t dimension) {
  std::vector<float> values(rows * dimension);
  for (std::size_t k = 0; k < values.size(); ++k)
    values[k] = static_cast<float>((first * dimension + k) % 16'777'216) / 16'777'216.0F;
  return values;
}

void write_three_takes(const std::filesystem::path& path) {
  auto writer = DatasetWriter::create(path, 3);
  ASSERT_TRUE(writer.has_value()) << writer.error().message;
  writer->begin_take("a.log");
  ASSERT_TRUE(writer->add(rows_from(0, 2, 3)).has_value());
  ASSERT_TRUE(writer->add(rows_from(2, 5, 3)).has_value());
  writer->begin_take("left out: it has no rows");
  writer->begin_take("b.log #2 – ü");
  ASSERT_TRUE(writer->add(rows_from(7, 1, 3)).has_value());
  writer->begin_take("c.log");
  ASSERT_TRUE(writer->add(rows_from(8, 4, 3)).has_value());
  writer->begin_take("nor has this one");
  const auto finished = writer->finish();
  ASSERT_TRUE(finished.has_value()) << finished.error().message;
}

TEST(Dataset, WhatIsWrittenIsReadAgain) {
  const Folder folder;
  write_three_takes(folder / "ours.npz");
  const auto dataset = Dataset::open(folder / "ours.npz");
  ASSERT_TRUE(dataset.has_value()) << dataset.error().message;
  EXPECT_EQ(dataset->dimension(), 3);
  EXPECT_EQ(dataset->rows(), 12U);
  ASSERT_EQ(dataset->takes().size(), 3U);
  EXPECT_EQ(dataset->takes()[0].rows, 7U);
  EXPECT_EQ(dataset->takes()[1].name, "b.log #2 – ü");
  EXPECT_EQ(dataset->takes()[1].first, 7U);
  EXPECT_EQ(dataset->takes()[2].first, 8U);
  std::vector<float> middle(6 * 3);
  ASSERT_TRUE(dataset->read(4, middle).has_value());
  EXPECT_EQ(middle, rows_from(4, 6, 3));
}

TEST(Dataset, TheSameDataGiveTheSameFileAndDigestAndOtherDataAnother) {
  const Folder folder;
  write_three_takes(folder / "one.npz");
  write_three_takes(folder / "two.npz");
  EXPECT_EQ(read_text(folder / "one.npz"), read_text(folder / "two.npz"));
  const auto one = Dataset::open(folder / "one.npz");
  const Dataset other = Dataset::from_values(3, rows_from(0, 12, 3), {{"a.log", 0, 12}});
  EXPECT_EQ(other.digest(), "");
  ASSERT_TRUE(write_dataset(folder / "other.npz", other).has_value());
  EXPECT_NE(Dataset::open(folder / "other.npz")->digest(), one->digest());
}

TEST(Dataset, ValuesAreStoredAsTheyLieAtAMultipleOf64Bytes) {
  const Folder folder;
  write_three_takes(folder / "ours.npz");
  const std::string bytes = read_text(folder / "ours.npz");
  const auto values = rows_from(0, 12, 3);
  std::string stored(values.size() * sizeof(float), '\0');
  std::memcpy(stored.data(), values.data(), stored.size());
  const auto at = bytes.find(stored);
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(at % 64, 0U);
}

TEST(Dataset, LargeValuesAreReadInPlace) {
  const Folder folder;
  write_three_takes(folder / "ours.npz");
  const auto bytes = open_bytes(folder / "ours.npz");
  ASSERT_TRUE(bytes.has_value());
  const auto content = read_npz(*bytes, 100);  // 12 rows have 144 bytes
  ASSERT_TRUE(content.has_value()) << content.error().message;
  EXPECT_TRUE(content->values.empty());
  EXPECT_EQ(content->digest, "");
  ASSERT_TRUE(content->place.has_value());
  std::vector<float> values(36);
  ASSERT_TRUE((*bytes)->read(*content->place, std::as_writable_bytes(std::span(values))));
  EXPECT_EQ(values, rows_from(0, 12, 3));
}

TEST(Dataset, OfMoreThanMemoryHoldsIsReadFromItsFile) {
  const Folder folder;
  // Just more than stays in memory, written in pieces.
  const std::size_t rows = Dataset::kMostBytesInMemory / (128 * sizeof(float)) + 10;
  {
    auto writer = DatasetWriter::create(folder / "large.npz", 128);
    ASSERT_TRUE(writer.has_value());
    for (std::size_t row = 0; row < rows; row += 1000) {
      writer->begin_take("take");
      ASSERT_TRUE(writer->add(rows_from(row, std::min<std::size_t>(1000, rows - row), 128)));
    }
    ASSERT_TRUE(writer->finish().has_value());
  }
  const auto dataset = Dataset::open(folder / "large.npz");
  ASSERT_TRUE(dataset.has_value()) << dataset.error().message;
  EXPECT_EQ(dataset->rows(), rows);
  std::vector<float> last(20 * 128);
  ASSERT_TRUE(dataset->read(rows - 20, last).has_value());
  EXPECT_EQ(last, rows_from(rows - 20, 20, 128));
  // Somebody cuts it: an Error, no crash.
  std::filesystem::resize_file(folder / "large.npz", 1'000'000);
  const auto gone = dataset->read(rows - 20, last);
  ASSERT_FALSE(gone.has_value());
  EXPECT_THAT(gone.error().message, HasSubstr("large.npz: is shorter than it was"));
}

TEST(Dataset, AFileThatIsNotFinishedLeavesTheOldOneAndNothingElse) {
  const Folder folder;
  write_three_takes(folder / "ours.npz");
  const std::string before = read_text(folder / "ours.npz");
  {
    auto writer = DatasetWriter::create(folder / "ours.npz", 4);
    ASSERT_TRUE(writer.has_value());
    writer->begin_take("a");
    ASSERT_TRUE(writer->add(std::vector<float>(400)).has_value());
  }
  EXPECT_EQ(read_text(folder / "ours.npz"), before);
  const auto files = std::distance(std::filesystem::directory_iterator(folder.path()), {});
  EXPECT_EQ(files, 1);
}

TEST(Dataset, WithoutRowsOrWithWhatIsNoNumberIsNotWritten) {
  const Folder folder;
  auto writer = DatasetWriter::create(folder / "none.npz", 2);
  ASSERT_TRUE(writer.has_value());
  writer->begin_take("a");
  const auto added =
      writer->add(std::array{0.1F, 0.5F, 0.2F, std::numeric_limits<float>::infinity()});
  ASSERT_FALSE(added.has_value());
  EXPECT_THAT(added.error().message, HasSubstr("row 2, x_1 is inf"));
  const auto finished = writer->finish();
  ASSERT_FALSE(finished.has_value());
  EXPECT_THAT(finished.error().message, HasSubstr("no rows"));
  EXPECT_FALSE(std::filesystem::exists(folder / "none.npz"));
}

TEST(Dataset, IsWrittenInTheFormOfImpsyAndReadAgain) {
  const Folder folder;
  const Dataset dataset =
      Dataset::from_values(5, rows_from(0, 9003, 5), {{"a", 0, 1}, {"b", 1, 9000}, {"c", 9001, 2}});
  ASSERT_TRUE(write_impsy_dataset(folder / "perfs.npz", dataset).has_value());
  const auto again = Dataset::open(folder / "perfs.npz");
  ASSERT_TRUE(again.has_value()) << again.error().message;
  std::vector<std::uint64_t> lengths;
  for (const Take& take : again->takes())
    lengths.push_back(take.rows);
  EXPECT_THAT(lengths, ElementsAre(1, 9000, 2));
  std::vector<float> values(9003 * 5);
  ASSERT_TRUE(again->read(0, values).has_value());
  EXPECT_EQ(values, rows_from(0, 9003, 5));
}

}  // namespace
}  // namespace imps::test
