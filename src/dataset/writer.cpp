#include "dataset/writer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <imps/frame.h>

#include "dataset/npy.h"
#include "dataset/npz_read.h"
#include "dataset/perfs.h"
#include "dataset/zip_writer.h"

namespace imps {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are written as they lie");

constexpr std::size_t kHeader = 128;
/// Rows that are copied from dataset to dataset at once.
constexpr std::uint64_t kRowsAtOnce = 4096;
/// A longer name of a take is cut: all names have the room of the longest.
constexpr std::size_t kMostLetters = 255;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// A whole array that is at hand.
Result<void> write_array(ZipWriter& zip, const std::string& name, const std::string& descr,
                         std::uint64_t length, std::span<const std::byte> bytes) {
  const std::array shape{length};
  if (auto begun = zip.begin(name, kHeader); !begun) return begun;
  if (auto written = zip.write(bytes); !written) return written;
  return zip.end(npy_header(descr, shape, kHeader));
}

/// UTF-8 to code points; what is no UTF-8 becomes U+FFFD.
std::u32string decode(std::string_view text) {
  std::u32string out;
  for (std::size_t k = 0; k < text.size() && out.size() < kMostLetters;) {
    const auto first = static_cast<unsigned char>(text[k++]);
    const int more = first < 0x80        ? 0
                     : first >> 5U == 6  ? 1
                     : first >> 4U == 14 ? 2
                     : first >> 3U == 30 ? 3
                                         : -1;
    char32_t code = more < 0 ? 0xFFFD : more == 0 ? first : first & (0x3FU >> more);
    for (int n = 0; n < more; ++n) {
      if (k == text.size() || (static_cast<unsigned char>(text[k]) & 0xC0U) != 0x80U) {
        code = 0xFFFD;
        break;
      }
      code = code << 6U | (static_cast<unsigned char>(text[k++]) & 0x3FU);
    }
    const bool valid = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF) && code != 0;
    out += valid ? code : U'\xFFFD';
  }
  return out;
}

Result<void> write_names(ZipWriter& zip, const std::vector<std::string>& names) {
  std::vector<std::u32string> decoded;
  std::size_t letters = 1;
  for (const std::string& name : names) {
    decoded.push_back(decode(name));
    letters = std::max(letters, decoded.back().size());
  }
  std::u32string all;
  for (std::u32string& name : decoded) {
    name.resize(letters, U'\0');
    all += name;
  }
  return write_array(zip, "names.npy", fmt::format("<U{}", letters), names.size(),
                     std::as_bytes(std::span(all.data(), all.size())));
}

/// Gives the rows of `take` to `use`, some at a time.
template <class Use>
Result<void> for_rows(const Dataset& dataset, const Take& take, Use&& use) {
  const auto dimension = static_cast<std::uint64_t>(dataset.dimension());
  std::vector<float> values;
  for (std::uint64_t row = 0; row < take.rows; row += kRowsAtOnce) {
    values.resize(static_cast<std::size_t>(std::min(kRowsAtOnce, take.rows - row) * dimension));
    if (auto read = dataset.read(take.first + row, values); !read) return read;
    if (auto used = use(std::span<const float>(values)); !used) return used;
  }
  return {};
}

}  // namespace

struct DatasetWriter::State {
  std::filesystem::path path;
  int dimension;
  ZipWriter zip;
  std::uint64_t rows = 0;
  std::vector<std::string> names;
  std::vector<std::int64_t> lengths;
};

DatasetWriter::DatasetWriter(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
DatasetWriter::DatasetWriter(DatasetWriter&&) noexcept = default;
DatasetWriter& DatasetWriter::operator=(DatasetWriter&&) noexcept = default;
DatasetWriter::~DatasetWriter() = default;

Result<DatasetWriter> DatasetWriter::create(const std::filesystem::path& path, int dimension) {
  assert(dimension >= kMinDimension && dimension <= kMaxDimension);
  auto zip = ZipWriter::create(path);
  if (!zip) return zip.error();
  if (auto begun = zip->begin("values.npy", kHeader); !begun) return begun.error();
  return DatasetWriter(std::unique_ptr<State>(
      new State{.path = path, .dimension = dimension, .zip = std::move(*zip)}));
}

void DatasetWriter::begin_take(std::string name) {
  if (!state_->lengths.empty() && state_->lengths.back() == 0) {
    state_->names.back() = std::move(name);
    return;
  }
  state_->names.push_back(std::move(name));
  state_->lengths.push_back(0);
}

Result<void> DatasetWriter::add(std::span<const float> values) {
  State& state = *state_;
  const auto dimension = static_cast<std::size_t>(state.dimension);
  assert(values.size() % dimension == 0 && !state.lengths.empty());
  if (auto fine = check_values(values, state.dimension, state.rows); !fine)
    return in(state.path.string(), fine.error());
  const std::size_t rows = values.size() / dimension;
  state.rows += rows;
  state.lengths.back() += static_cast<std::int64_t>(rows);
  return state.zip.write(std::as_bytes(values));
}

std::uint64_t DatasetWriter::rows() const noexcept { return state_->rows; }

Result<void> DatasetWriter::finish() {
  State& state = *state_;
  if (state.rows == 0)
    return Error{state.path.string() + ": there are no rows to write: nothing was written"};
  if (state.lengths.back() == 0) {
    state.lengths.pop_back();
    state.names.pop_back();
  }
  const std::array shape{state.rows, static_cast<std::uint64_t>(state.dimension)};
  if (auto ended = state.zip.end(npy_header("<f4", shape, kHeader)); !ended) return ended;
  auto written = write_array(state.zip, "lengths.npy", "<i8", state.lengths.size(),
                             std::as_bytes(std::span(state.lengths)));
  if (!written) return written;
  if (auto named = write_names(state.zip, state.names); !named) return named;
  return state.zip.finish();
}

Result<void> write_dataset(const std::filesystem::path& path, const Dataset& dataset) {
  auto writer = DatasetWriter::create(path, dataset.dimension());
  if (!writer) return writer.error();
  for (const Take& take : dataset.takes()) {
    writer->begin_take(take.name);
    auto added = for_rows(dataset, take,
                          [&writer](std::span<const float> values) { return writer->add(values); });
    if (!added) return added;
  }
  return writer->finish();
}

Result<void> write_impsy_dataset(const std::filesystem::path& path, const Dataset& dataset) {
  auto zip = ZipWriter::create(path);
  if (!zip) return zip.error();
  const std::uint64_t takes = dataset.takes().size();
  if (takes == 0) return Error{path.string() + ": there are no rows to write: nothing was written"};
  if (auto begun = zip->begin("perfs.npy", kHeader); !begun) return begun;
  auto put = [&zip](const std::string& text) { return zip->write(bytes_of(text)); };
  if (auto done = put(PerfsPickle::head(takes)); !done) return done;
  for (const Take& take : dataset.takes()) {
    if (auto done = put(PerfsPickle::perf_head(take.rows, dataset.dimension())); !done) return done;
    auto copied = for_rows(dataset, take, [&zip](std::span<const float> values) {
      return zip->write(std::as_bytes(values));
    });
    if (!copied) return copied;
    if (auto done = put(PerfsPickle::perf_tail()); !done) return done;
  }
  if (auto done = put(PerfsPickle::tail()); !done) return done;
  const std::array shape{takes};
  if (auto ended = zip->end(npy_header("|O", shape, kHeader)); !ended) return ended;
  return zip->finish();
}

}  // namespace imps
