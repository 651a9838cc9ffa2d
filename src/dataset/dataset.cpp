#include "dataset/dataset.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "dataset/byte_source.h"
#include "dataset/npz_read.h"

namespace imps {

/// Values in memory, or where in a file they lie.
class Dataset::Source {
 public:
  Source(std::vector<float> values) : values_(std::move(values)) {}
  Source(std::shared_ptr<const ByteSource> file, std::uint64_t place, std::string path)
      : file_(std::move(file)), place_(place), path_(std::move(path)) {}

  [[nodiscard]] Result<void> read(std::uint64_t first_row, int dimension,
                                  std::span<float> into) const {
    const std::uint64_t first = first_row * static_cast<std::uint64_t>(dimension);
    if (!file_) {
      std::copy_n(values_.begin() + static_cast<std::ptrdiff_t>(first), into.size(), into.begin());
      return {};
    }
    auto read = file_->read(place_ + first * sizeof(float), std::as_writable_bytes(into));
    if (!read) return in(path_, read.error());
    // A file too large for memory is not looked through when it is opened.
    auto fine = check_values(into, dimension, first_row);
    if (!fine) return in(path_, in("values", fine.error()));
    return {};
  }

 private:
  std::vector<float> values_;
  std::shared_ptr<const ByteSource> file_;
  std::uint64_t place_ = 0;
  std::string path_;
};

Result<Dataset> Dataset::open(const std::filesystem::path& path) {
  const auto bytes = open_bytes(path);
  if (!bytes) return in(path.string(), bytes.error());
  auto content = read_npz(*bytes);
  if (!content) return in(path.string(), content.error());
  Dataset dataset;
  dataset.dimension_ = content->dimension;
  dataset.rows_ = content->rows;
  dataset.takes_ = std::move(content->takes);
  dataset.digest_ = std::move(content->digest);
  dataset.source_ = content->place
                        ? std::make_shared<Source>(*bytes, *content->place, path.string())
                        : std::make_shared<Source>(std::move(content->values));
  return dataset;
}

Dataset Dataset::from_values(int dimension, std::vector<float> values, std::vector<Take> takes) {
  Dataset dataset;
  dataset.dimension_ = dimension;
  dataset.takes_ = std::move(takes);
  for (Take& take : dataset.takes_) {
    take.first = dataset.rows_;
    dataset.rows_ += take.rows;
  }
  assert(dimension > 0 && dataset.rows_ * static_cast<std::uint64_t>(dimension) == values.size());
  dataset.source_ = std::make_shared<Source>(std::move(values));
  return dataset;
}

Result<void> Dataset::read(std::uint64_t first, std::span<float> into) const {
  assert(dimension_ > 0 && into.size() % static_cast<std::size_t>(dimension_) == 0);
  assert(first <= rows_ && into.size() / static_cast<std::size_t>(dimension_) <= rows_ - first);
  return source_->read(first, dimension_, into);
}

}  // namespace imps
