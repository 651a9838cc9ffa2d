// One moment of a performance: how long since the last, and where every control stands.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace imps {

/// Dimension D = N + 1: dt and N controls.
inline constexpr int kMinDimension = 2;
inline constexpr int kMaxDimension = 129;
inline constexpr int kMaxControls = kMaxDimension - 1;

/// A borrowed frame. `dt` in seconds [0, ∞); `controls` x_1 … x_N, each in [0, 1].
struct FrameView {
  double dt = 0;
  std::span<const double> controls;

  [[nodiscard]] int dimension() const noexcept { return static_cast<int>(controls.size()) + 1; }
};

/// A frame that owns its values, in place: copying one never allocates, and costs what it holds.
class Frame {
 public:
  Frame() = default;
  explicit Frame(FrameView view) noexcept { *this = view; }
  Frame(const Frame& other) noexcept { *this = FrameView(other); }
  Frame& operator=(const Frame& other) noexcept {
    if (this != &other) *this = FrameView(other);
    return *this;
  }
  /// Controls beyond kMaxControls are not taken over.
  Frame& operator=(FrameView view) noexcept {
    dt = view.dt;
    resize(view.controls.size());
    std::copy_n(view.controls.begin(), size_, values_.begin());
    return *this;
  }

  operator FrameView() const noexcept {
    return {dt, controls()};
  }  // NOLINT: a frame is a view's owner

  [[nodiscard]] std::span<const double> controls() const noexcept {
    return {values_.data(), size_};
  }
  [[nodiscard]] std::span<double> controls() noexcept { return {values_.data(), size_}; }
  [[nodiscard]] int dimension() const noexcept { return static_cast<int>(size_) + 1; }

  /// New controls are zero only where nothing stood before. At most kMaxControls.
  void resize(std::size_t controls) noexcept {
    size_ = std::min<std::size_t>(controls, kMaxControls);
  }

  double dt = 0;  ///< Seconds since the frame before, [0, ∞).

 private:
  std::size_t size_ = 0;
  std::array<double, kMaxControls> values_{};
};

}  // namespace imps
