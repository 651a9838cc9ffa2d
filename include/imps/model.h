// The mixture density recurrent network (MDRNN): weights, one step, and a draw from what it says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <imps/frame.h>
#include <imps/random.h>
#include <imps/result.h>

namespace imps {

/// Values are multiplied by this on the way into the network and divided by it on the way out.
inline constexpr double kScale = 10.0;

inline constexpr int kMaxLayers = 8;
inline constexpr int kMaxUnits = 4096;
inline constexpr int kMaxMixtures = 64;

/// The sizes of a network. Accepted: dimension 2–129, layers 1–8, units 1–4096, mixtures 1–64.
struct Sizes {
  int dimension = 0;  ///< D: dt and D − 1 controls
  int layers = 0;     ///< L
  int units = 0;      ///< H, of every layer
  int mixtures = 0;   ///< M

  friend bool operator==(const Sizes&, const Sizes&) = default;
};

/// The field's name of a size ("xxs", "xs", "s", "m", "l", "xl"), or "" for any other layers ×
/// units.
std::string_view size_name(const Sizes& sizes) noexcept;

/// One LSTM layer as Keras stores it: gates i, f, c, o along the last axis.
struct LstmWeights {
  std::vector<float> kernel;  // [in, 4·units]; in = dimension for the first layer, else units
  std::vector<float> recurrent_kernel;  // [units, 4·units]
  std::vector<float> bias;              // [4·units]
};

/// A dense layer.
struct DenseWeights {
  std::vector<float> kernel;  // [units, out]
  std::vector<float> bias;    // [out]
};

/// All the numbers of a network, in Keras layout: what files hold and training changes.
struct Weights {
  Sizes sizes;
  std::vector<LstmWeights> lstm;  // [layers]
  DenseWeights mus;               // out = mixtures·dimension
  DenseWeights sigmas;            // out = mixtures·dimension, before elu(z) + 1 + 1e-7
  DenseWeights pi;                // out = mixtures, logits
};

/// Sizes in range, every tensor of the size that they ask for, every number finite and at most 1e30
/// in size; or an Error that names the tensor and what was expected.
Result<void> check(const Weights& weights);

/// What the network says of the next frame: a mixture of diagonal Gaussians, raw, in ×10 units.
struct MixtureView {
  int dimension = 0;
  int mixtures = 0;
  std::span<const float> mus;  // [mixtures·dimension], component m's mean of d at m·dimension + d
  std::span<const float> sigmas;  // [mixtures·dimension], standard deviations, > 0
  std::span<const float> logits;  // [mixtures]
};

/// A network ready to play: weights packed for the processor found at run time. Immutable.
/// Thread-safe: yes; any number of states may advance at once.
class Mdrnn {
 public:
  class State;

  /// Packs `weights` (which are checked first). Allocates; not for the performance loop.
  static Result<Mdrnn> make(const Weights& weights);

  Mdrnn(Mdrnn&&) noexcept;
  Mdrnn& operator=(Mdrnn&&) noexcept;
  ~Mdrnn();

  [[nodiscard]] Sizes sizes() const noexcept;
  [[nodiscard]] int dimension() const noexcept { return sizes().dimension; }

 private:
  struct Packed;
  explicit Mdrnn(std::unique_ptr<Packed> packed) noexcept;
  std::unique_ptr<Packed> packed_;

  friend void advance(const Mdrnn& model, State& state, FrameView frame) noexcept;
  friend class State;
};

/// The memory of a network while it plays: h and c of every layer, and the mixture of the last
/// step. Assigning a state of the same sizes does not allocate.
class Mdrnn::State {
 public:
  State() = default;
  /// Zeros: nothing heard yet. Allocates.
  explicit State(const Mdrnn& model);

  /// Zeros again. Realtime-safe: yes.
  void reset() noexcept;

  /// False until the first advance() after construction or reset().
  [[nodiscard]] bool has_mixture() const noexcept { return heard_; }
  /// What the last advance() said of the next frame. Meaningless before has_mixture().
  [[nodiscard]] MixtureView mixture() const noexcept;

  /// h and c of every layer in the order h0, c0, h1, c1, …, each [units]. For tests and evaluation.
  [[nodiscard]] std::vector<float> values() const;

 private:
  friend void advance(const Mdrnn& model, Mdrnn::State& state, FrameView frame) noexcept;

  // Vectors are loaded whole and aligned.
  struct alignas(64) Line {
    float values[16] = {};
  };
  static std::vector<Line> lines(std::size_t floats);

  Sizes sizes_;
  std::size_t padded_units_ = 0;
  bool heard_ = false;
  bool second_ = false;       // which of the two h is the newest
  std::vector<Line> memory_;  // h, h, c: each [layers][units padded]
  std::vector<Line> output_;  // [2·mixtures·dimension + mixtures] sigmas, mus, logits
};

/// Advances `state` by one frame and leaves the mixture for the next one in it.
///
/// @param frame  dt in seconds [0, ∞), x in [0, 1]; of the model's dimension (asserted).
/// Realtime-safe: yes (no allocation). Thread-safe: yes, for distinct states.
/// Formula: doc/model.md, "One step" (LSTM of Hochreiter and Schmidhuber with forget gates; MDN of
/// Bishop 1994).
void advance(const Mdrnn& model, Mdrnn::State& state, FrameView frame) noexcept;

/// The instruction set that advance() uses on this processor, e.g. "AVX2". For session files and
/// reports: results are the same bit for bit only on the same one.
std::string_view simd_target() noexcept;

/// How adventurous a draw is.
struct Temperatures {
  double sigma = 0.01;  ///< ≥ 0; the standard deviation is multiplied by its square root
  double pi = 1.0;      ///< > 0; the logits are divided by it
};

/// Draws the next frame: a component from softmax(logits / pi), then each dimension from a normal
/// of variance sigma²·temperature. Divided by kScale; x clamped to [0, 1], dt to [0.001 s, ∞).
///
/// Always takes 1 + D numbers from `uniforms`, in that order. With temperature sigma 0 the result
/// is the component's mean. Any finite mixture gives finite values. Realtime-safe: yes.
/// Thread-safe: yes.
void sample(const MixtureView& mixture, const Temperatures& temperatures, Uniforms& uniforms,
            Frame& into) noexcept;

}  // namespace imps
