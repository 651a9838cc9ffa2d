#include "dataset/perfs.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <imps/frame.h>

#include "dataset/numpy_pickle.h"

namespace imps {
namespace {

using pickle::Array;
using pickle::ArrayAt;
using pickle::Kind;
using pickle::odd;
using pickle::Value;

/// a · b, or nothing when it is more than `most`.
std::optional<std::uint64_t> product(std::uint64_t a, std::uint64_t b, std::uint64_t most) {
  if (a != 0 && b > most / a) return std::nullopt;
  return a * b;
}

Result<void> take_dimension(Perfs& perfs, std::uint64_t columns) {
  if (columns < kMinDimension || columns > kMaxDimension) {
    return Error{
        fmt::format("{} columns, expected dt and 1 to {} controls", columns, kMaxControls)};
  }
  if (perfs.dimension != 0 && static_cast<std::uint64_t>(perfs.dimension) != columns) {
    return Error{
        fmt::format("{} columns, and the performances before it have {}: one dataset has "
                    "one dimension",
                    columns, perfs.dimension)};
  }
  perfs.dimension = static_cast<int>(columns);
  return {};
}

/// One performance out of an array's bytes. `most` values in all.
Result<void> take_array(const Array& array, std::uint64_t most, Perfs& perfs) {
  if (!array.built || array.kind == Kind::objects) return Error{"is no array of numbers"};
  const std::uint64_t width = array.kind == Kind::float32 ? 4 : 8;
  const std::uint64_t count = array.bytes.size() / width;
  if (std::ranges::find(array.shape, std::uint64_t{0}) != array.shape.end()) {
    perfs.rows.push_back(0);
    return {};
  }
  if (array.shape.size() != 2 || product(array.shape[0], array.shape[1], count) != count ||
      array.bytes.size() != count * width) {
    return Error{
        fmt::format("an array of [{}] with {} bytes of numbers, expected [rows, dimension]",
                    fmt::join(array.shape, ", "), array.bytes.size())};
  }
  if (auto fits = take_dimension(perfs, array.shape[1]); !fits) return fits.error();
  if (perfs.values.size() + count > most)
    return Error{"the same numbers are used again and again: more rows than the file has bytes"};
  const std::size_t start = perfs.values.size();
  const auto rows = static_cast<std::size_t>(array.shape[0]);
  const auto columns = static_cast<std::size_t>(array.shape[1]);
  perfs.values.resize(start + static_cast<std::size_t>(count));
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      const std::size_t k = array.fortran ? column * rows + row : row * columns + column;
      const char* const from = array.bytes.data() + k * width;
      float& to = perfs.values[start + row * columns + column];
      if (array.kind == Kind::float32) {
        std::memcpy(&to, from, sizeof to);
      } else {
        double wide = 0;
        std::memcpy(&wide, from, sizeof wide);
        // What is beyond float32 is no control: told as not finite.
        to = std::abs(wide) > 3e38 ? HUGE_VALF : static_cast<float>(wide);
      }
    }
  }
  perfs.rows.push_back(array.shape[0]);
  return {};
}

/// Performances of one length, as numbers in an array of [takes, rows, dimension].
Result<void> take_numbers(const Array& array, const std::vector<Value>& numbers, Perfs& perfs) {
  if (auto fits = take_dimension(perfs, array.shape[2]); !fits) return fits.error();
  perfs.values.reserve(numbers.size());
  for (const Value& value : numbers) {
    double number = 0;
    if (const auto* const real = std::get_if<double>(&value)) {
      number = *real;
    } else if (const auto* const whole = std::get_if<std::int64_t>(&value)) {
      number = static_cast<double>(*whole);
    } else {
      return Error{"holds something that is no number"};
    }
    perfs.values.push_back(std::abs(number) > 3e38 ? HUGE_VALF : static_cast<float>(number));
  }
  perfs.rows.assign(static_cast<std::size_t>(array.shape[0]), array.shape[1]);
  return {};
}

}  // namespace

Result<Perfs> read_perfs(std::span<const std::byte> bytes) {
  const auto arrays = pickle::Arrays::read(bytes);
  if (!arrays) return arrays.error();
  const Array& all = arrays->top();
  if (!all.built || !all.list || all.fortran) {
    return Error{"is no object array of performances, each float32 [rows, dimension]"};
  }
  const auto& list = arrays->at(*all.list);
  Perfs perfs;
  if (all.shape.size() == 3) {
    const auto rows = product(all.shape[0], all.shape[1], list.size());
    if (!rows || product(*rows, all.shape[2], list.size()) != list.size() || list.empty())
      return odd("an array of numbers that are not all there");
    if (auto taken = take_numbers(all, list, perfs); !taken) return taken.error();
    return perfs;
  }
  if (all.shape.size() != 1 || all.shape[0] != list.size())
    return odd("a list of another length than it says");
  for (std::size_t k = 0; k < list.size(); ++k) {
    const auto* const at = std::get_if<ArrayAt>(&list[k]);
    if (at == nullptr) return in(fmt::format("performance {}", k + 1), odd("no array"));
    auto taken = take_array(arrays->at(*at), bytes.size() / 4, perfs);
    if (!taken) return in(fmt::format("performance {}", k + 1), taken.error());
  }
  return perfs;
}

}  // namespace imps
