// Large fixed-size matrices are members of an object on the heap.
#define EIGEN_STACK_ALLOCATION_LIMIT 0
#include "bench/step/eigen_mdrnn.h"

#include <Eigen/Dense>

namespace imps::bench {
namespace {

constexpr int kDimension = 9;
constexpr int kMixtures = 5;
constexpr int kValues = kDimension * kMixtures;
constexpr int kOutputs = 2 * kValues + kMixtures;

template <int Rows, int Columns, int Layout>
using Matrix = Eigen::Matrix<float, Rows, Columns, Layout>;
template <int Rows>
using Vector = Eigen::Matrix<float, Rows, 1>;

template <int In, int Units, int Layout, bool OneProduct>
struct Layer {
  Matrix<4 * Units, In + Units, Layout> both;  // used with OneProduct
  Matrix<4 * Units, In, Layout> kernel;        // used without
  Matrix<4 * Units, Units, Layout> recurrent;
  Vector<4 * Units> bias;
  Vector<4 * Units> sums;
  Vector<In + Units> input = Vector<In + Units>::Zero();  // x, then h
  Vector<Units> h = Vector<Units>::Zero();
  Vector<Units> c = Vector<Units>::Zero();

  void load(const LstmWeights& from) {
    for (int column = 0; column < 4 * Units; ++column) {
      for (int row = 0; row < In; ++row) {
        const float w = from.kernel[static_cast<std::size_t>(row * 4 * Units + column)];
        kernel(column, row) = w;
        both(column, row) = w;
      }
      for (int row = 0; row < Units; ++row) {
        const float w = from.recurrent_kernel[static_cast<std::size_t>(row * 4 * Units + column)];
        recurrent(column, row) = w;
        both(column, In + row) = w;
      }
      bias(column) = from.bias[static_cast<std::size_t>(column)];
    }
  }

  template <class X>
  const Vector<Units>& step(const X& x) {
    sums = bias;
    if constexpr (OneProduct) {
      input.template head<In>() = x;
      input.template tail<Units>() = h;
      sums.noalias() += both * input;
    } else {
      sums.noalias() += kernel * x;
      sums.noalias() += recurrent * h;
    }
    const auto i = sums.template segment<Units>(0).array().logistic();
    const auto f = sums.template segment<Units>(Units).array().logistic();
    const auto g = sums.template segment<Units>(2 * Units).array().tanh();
    const auto o = sums.template segment<Units>(3 * Units).array().logistic();
    c.array() = f * c.array() + i * g;
    h.array() = o * c.array().tanh();
    return h;
  }
};

template <int Layers, int Units, int Layout, bool OneProduct>
class Network final : public EigenMdrnn {
 public:
  EIGEN_MAKE_ALIGNED_OPERATOR_NEW

  explicit Network(const Weights& weights) {
    first_.load(weights.lstm[0]);
    for (int l = 1; l < Layers; ++l)
      rest_[l - 1].load(weights.lstm[static_cast<std::size_t>(l)]);
    const auto load = [this](const DenseWeights& from, int offset, int size) {
      for (int column = 0; column < size; ++column) {
        for (int row = 0; row < Units; ++row) {
          head_(offset + column, row) = from.kernel[static_cast<std::size_t>(row * size + column)];
        }
        bias_(offset + column) = from.bias[static_cast<std::size_t>(column)];
      }
    };
    load(weights.mus, 0, kValues);
    load(weights.sigmas, kValues, kValues);
    load(weights.pi, 2 * kValues, kMixtures);
  }

  std::span<const float> step(std::span<const double> input) override {
    const Vector<kDimension> x =
        (Eigen::Map<const Eigen::Matrix<double, kDimension, 1>>(input.data()) * kScale)
            .template cast<float>();
    const Vector<Units>* h = &first_.step(x);
    for (auto& layer : rest_)
      h = &layer.step(*h);
    output_ = bias_;
    output_.noalias() += head_ * *h;
    auto z = output_.template segment<kValues>(kValues).array();
    z = (z.max(0.0f) + z.min(0.0f).exp()) + 1e-7f;
    return {output_.data(), kOutputs};
  }

 private:
  Layer<kDimension, Units, Layout, OneProduct> first_;
  Layer<Units, Units, Layout, OneProduct> rest_[Layers - 1];
  Matrix<kOutputs, Units, Layout> head_;
  Vector<kOutputs> bias_;
  Vector<kOutputs> output_;
};

template <int Layers, int Units>
void add(const Weights& weights, std::vector<EigenVariant>& to) {
  if (weights.sizes.layers != Layers || weights.sizes.units != Units) return;
  using Eigen::ColMajor;
  using Eigen::RowMajor;
  to.push_back(
      {"columns, one product", std::make_unique<Network<Layers, Units, ColMajor, true>>(weights)});
  to.push_back({"columns, two products",
                std::make_unique<Network<Layers, Units, ColMajor, false>>(weights)});
  to.push_back(
      {"rows, one product", std::make_unique<Network<Layers, Units, RowMajor, true>>(weights)});
  to.push_back(
      {"rows, two products", std::make_unique<Network<Layers, Units, RowMajor, false>>(weights)});
}

}  // namespace

std::vector<EigenVariant> eigen_variants(const Weights& weights) {
  std::vector<EigenVariant> variants;
  if (weights.sizes.dimension != kDimension || weights.sizes.mixtures != kMixtures) return variants;
  add<2, 16>(weights, variants);
  add<2, 32>(weights, variants);
  add<2, 64>(weights, variants);
  add<2, 128>(weights, variants);
  add<2, 256>(weights, variants);
  add<3, 512>(weights, variants);
  return variants;
}

}  // namespace imps::bench
