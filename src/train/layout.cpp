#include "train/layout.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <imps/random.h>

namespace imps::train {
namespace {

// One agent a tensor, so that a tensor's numbers do not depend on the others' sizes.
constexpr std::uint32_t kFirstAgent = 0x1000;

std::vector<float> glorot_uniform(std::size_t in, std::size_t out, std::size_t columns,
                                  std::uint64_t seed, std::uint32_t agent) {
  Uniforms uniforms(seed, agent, 0);
  const double limit = std::sqrt(6.0 / static_cast<double>(in + out));
  std::vector<float> values(in * columns);
  for (float& value : values)
    value = static_cast<float>((2 * uniforms.next() - 1) * limit);
  return values;
}

double dot_in_order(const double* a, const double* b, std::size_t count) noexcept {
  double sum = 0;
  for (std::size_t k = 0; k < count; ++k)
    sum += a[k] * b[k];
  return sum;
}

/// In another order, which need not wait for one sum after the other. @param count  a multiple of 8
double dot_by_eights(const double* a, const double* b, std::size_t count) noexcept {
  std::array<double, 8> sums{};
  for (std::size_t k = 0; k < count; k += sums.size())
    for (std::size_t lane = 0; lane < sums.size(); ++lane)
      sums[lane] += a[k + lane] * b[k + lane];
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

/// From so many units on, first weights take seconds where products are summed in one order; up to
/// it, the models that are built in were made so.
constexpr std::size_t kManyUnits = 257;

/// Rows of unit length, each at right angles to the others: Gram and Schmidt, twice, on normal
/// numbers.
std::vector<float> orthogonal(std::size_t rows, std::size_t columns, std::uint64_t seed,
                              std::uint32_t agent) {
  Uniforms uniforms(seed, agent, 0);
  std::vector<double> q(rows * columns);
  for (double& value : q)
    value = normal_quantile(uniforms.next());
  const auto dot_of = rows >= kManyUnits && columns % 8 == 0 ? &dot_by_eights : &dot_in_order;
  for (std::size_t r = 0; r < rows; ++r) {
    double* const row = &q[r * columns];
    for (int pass = 0; pass < 2; ++pass) {
      for (std::size_t before = 0; before < r; ++before) {
        const double* const other = &q[before * columns];
        const double dot = dot_of(row, other, columns);
        for (std::size_t k = 0; k < columns; ++k)
          row[k] -= dot * other[k];
      }
      const double scale = 1 / std::sqrt(dot_of(row, row, columns));
      for (std::size_t k = 0; k < columns; ++k)
        row[k] *= scale;
    }
  }
  return {q.begin(), q.end()};
}

template <class From, class To>
void copy_block(const From* from, std::size_t from_stride, To* to, std::size_t to_stride,
                std::size_t rows, std::size_t columns) {
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t k = 0; k < columns; ++k)
      to[r * to_stride + k] = static_cast<To>(from[r * from_stride + k]);
}

}  // namespace

Layout::Layout(const Sizes& of)
    : sizes(of),
      dimension(static_cast<std::size_t>(of.dimension)),
      units(static_cast<std::size_t>(of.units)),
      mixtures(static_cast<std::size_t>(of.mixtures)),
      outputs(2 * mixtures * dimension + mixtures) {
  for (int layer = 0; layer < of.layers; ++layer) {
    Lstm at;
    at.inputs = layer == 0 ? dimension : units;
    at.kernel = count;
    at.recurrent = at.kernel + at.inputs * 4 * units;
    at.bias = at.recurrent + units * 4 * units;
    count = at.bias + 4 * units;
    lstm.push_back(at);
  }
  head_kernel = count;
  head_bias = head_kernel + units * outputs;
  count = head_bias + outputs;
}

template <class T>
void flatten(const Layout& layout, const Weights& weights, std::span<T> flat) {
  for (std::size_t k = 0; k < layout.lstm.size(); ++k) {
    const LstmWeights& from = weights.lstm[k];
    const Layout::Lstm& at = layout.lstm[k];
    std::copy(from.kernel.begin(), from.kernel.end(), &flat[at.kernel]);
    std::copy(from.recurrent_kernel.begin(), from.recurrent_kernel.end(), &flat[at.recurrent]);
    std::copy(from.bias.begin(), from.bias.end(), &flat[at.bias]);
  }
  std::size_t column = 0;
  for (const DenseWeights* dense : {&weights.mus, &weights.sigmas, &weights.pi}) {
    const std::size_t columns = dense->bias.size();
    copy_block(dense->kernel.data(), columns, &flat[layout.head_kernel + column], layout.outputs,
               layout.units, columns);
    std::copy(dense->bias.begin(), dense->bias.end(), &flat[layout.head_bias + column]);
    column += columns;
  }
}

template <class T>
Weights unflatten(const Layout& layout, std::span<const T> flat) {
  const auto tensor = [&](std::size_t at, std::size_t size) {
    std::vector<float> values(size);
    copy_block(&flat[at], size, values.data(), size, 1, size);
    return values;
  };
  Weights weights;
  weights.sizes = layout.sizes;
  for (const Layout::Lstm& at : layout.lstm) {
    weights.lstm.push_back(
        {.kernel = tensor(at.kernel, at.inputs * 4 * layout.units),
         .recurrent_kernel = tensor(at.recurrent, layout.units * 4 * layout.units),
         .bias = tensor(at.bias, 4 * layout.units)});
  }
  std::size_t column = 0;
  const auto dense = [&](std::size_t columns) {
    DenseWeights part;
    part.kernel.resize(layout.units * columns);
    copy_block(&flat[layout.head_kernel + column], layout.outputs, part.kernel.data(), columns,
               layout.units, columns);
    part.bias = tensor(layout.head_bias + column, columns);
    column += columns;
    return part;
  };
  weights.mus = dense(layout.mixtures * layout.dimension);
  weights.sigmas = dense(layout.mixtures * layout.dimension);
  weights.pi = dense(layout.mixtures);
  return weights;
}

template void flatten(const Layout&, const Weights&, std::span<float>);
template void flatten(const Layout&, const Weights&, std::span<double>);
template Weights unflatten(const Layout&, std::span<const float>);
template Weights unflatten(const Layout&, std::span<const double>);

Weights fresh_weights(const Sizes& sizes, std::uint64_t seed) {
  const Layout layout(sizes);
  const std::size_t units = layout.units;
  std::uint32_t agent = kFirstAgent;
  Weights weights;
  weights.sizes = sizes;
  for (const Layout::Lstm& at : layout.lstm) {
    LstmWeights layer;
    layer.kernel = glorot_uniform(at.inputs, 4 * units, 4 * units, seed, agent++);
    layer.recurrent_kernel = orthogonal(units, 4 * units, seed, agent++);
    layer.bias.assign(4 * units, 0.0F);
    std::fill_n(layer.bias.begin() + static_cast<std::ptrdiff_t>(units), units, 1.0F);
    weights.lstm.push_back(std::move(layer));
  }
  const auto dense = [&](std::size_t columns) {
    DenseWeights part{.kernel = glorot_uniform(units, columns, columns, seed, agent++), .bias = {}};
    part.bias.assign(columns, 0.0F);
    return part;
  };
  weights.mus = dense(layout.mixtures * layout.dimension);
  weights.sigmas = dense(layout.mixtures * layout.dimension);
  weights.pi = dense(layout.mixtures);
  return weights;
}

}  // namespace imps::train
