// Writes datasets, ours row by row, and IMPSY's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include <imps/result.h>

#include "dataset/dataset.h"

namespace imps {

/// Writes a dataset of ours as its rows come; memory does not grow with them. The file is replaced
/// as a whole by finish(); without it, nothing is left. doc/formats/dataset.md. Not thread-safe.
class DatasetWriter {
 public:
  /// @param path       its folder is there
  /// @param dimension  2–129 (asserted)
  static Result<DatasetWriter> create(const std::filesystem::path& path, int dimension);
  DatasetWriter(DatasetWriter&&) noexcept;
  DatasetWriter& operator=(DatasetWriter&&) noexcept;
  ~DatasetWriter();

  /// What is added from now on is a take of this name. One without rows is left out.
  void begin_take(std::string name);
  /// Appends `values` [rows, dimension]; refuses what no reader would take, with the row.
  Result<void> add(std::span<const float> values);
  /// Rows so far.
  [[nodiscard]] std::uint64_t rows() const noexcept;
  /// Puts the file in place. Refuses a dataset without rows.
  Result<void> finish();

 private:
  struct State;
  explicit DatasetWriter(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

/// Writes `dataset` in our form.
Result<void> write_dataset(const std::filesystem::path& path, const Dataset& dataset);

/// Writes `dataset` as IMPSY 1.2 reads it: `perfs`, an object array of float32 [rows, D] arrays.
/// The takes' names have no place there.
Result<void> write_impsy_dataset(const std::filesystem::path& path, const Dataset& dataset);

}  // namespace imps
