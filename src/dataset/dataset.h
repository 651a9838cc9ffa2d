// Takes of one dimension, one after another: what training and evaluation read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <imps/result.h>

namespace imps {

/// One performance, or a phrase of one: rows that follow each other in time.
struct Take {
  std::string name;         ///< e.g. the log's file name, with "#2" for its second phrase
  std::uint64_t first = 0;  ///< the index of its first row in the dataset
  std::uint64_t rows = 0;   ///< ≥ 1
};

/// Rows (dt, x_1 … x_N), dt in seconds and x in [0, 1], unscaled. Immutable. Numbers are as the
/// file has them: always finite and within ±1e12; `imps dataset` clamps, other people's programs
/// may not.
///
/// A small dataset is kept in memory; a large one stays in its file and is read with pread, so that
/// memory does not grow with it. Thread-safe: yes.
class Dataset {
 public:
  /// A larger array of values is not kept in memory.
  static constexpr std::uint64_t kMostBytesInMemory = std::uint64_t{256} << 20;

  /// Opens an .npz: ours (`values`, `lengths`, `names`; read in place when stored, see
  /// doc/formats/dataset.md) or IMPSY's (`perfs`, an object array whose pickle is read and never
  /// run; at most 1 GiB of it, always kept in memory). Refuses, with the file, the array and what
  /// was expected, whatever is cut, damaged, absurd or not a number.
  static Result<Dataset> open(const std::filesystem::path& path);

  /// From memory: `values` [rows, dimension]; the takes' rows add up to it (asserted).
  static Dataset from_values(int dimension, std::vector<float> values, std::vector<Take> takes);

  [[nodiscard]] int dimension() const noexcept { return dimension_; }
  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::span<const Take> takes() const noexcept { return takes_; }
  /// Of the values, lengths and names, not of the file: SHA-256, lower-case hex. Empty for a
  /// dataset from memory, and for one too large to be kept there (its file's size and name must
  /// do).
  [[nodiscard]] const std::string& digest() const noexcept { return digest_; }

  /// Copies rows [first, first + into.size() / dimension) into `into` [rows, dimension]; the range
  /// lies inside the dataset (asserted). An Error when the file has vanished or shrunk since.
  Result<void> read(std::uint64_t first, std::span<float> into) const;

 private:
  class Source;  // memory or a file
  int dimension_ = 0;
  std::uint64_t rows_ = 0;
  std::vector<Take> takes_;
  std::string digest_;
  std::shared_ptr<const Source> source_;
};

}  // namespace imps
