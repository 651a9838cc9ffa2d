#include "train/lessons.h"

#include <algorithm>
#include <cmath>

#include <Random123/philox.h>

namespace imps::train {
namespace {

constexpr std::uint32_t kDitherAgent = 0x3000'0000;
constexpr std::uint32_t kDropAgent = 0x4000'0000;
constexpr std::uint32_t kMoveAgent = 0x5000'0000;

/// Of more controls than these no more are turned over in a window, on the average: how they move
/// together would be lost.
constexpr float kMostMirrored = 8;

/// Numbers in [0, 1), 24 bits each, four at a time.
class FastUniforms {
 public:
  FastUniforms(std::uint64_t seed, std::uint64_t draw, std::uint32_t agent) noexcept
      : key_{{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}},
        counter_{
            {static_cast<std::uint32_t>(draw), static_cast<std::uint32_t>(draw >> 32), agent, 0}} {}

  float next() noexcept {
    if (used_ == 4) {
      words_ = r123::Philox4x32{}(counter_, key_);
      ++counter_[3];
      used_ = 0;
    }
    return static_cast<float>(words_[used_++] >> 8) * 0x1p-24F;
  }

 private:
  r123::Philox4x32::key_type key_;
  r123::Philox4x32::ctr_type counter_;
  r123::Philox4x32::ctr_type words_{};
  std::size_t used_ = 4;
};

/// As it is up to `most`, then by its logarithm: minutes and hours are told apart, but an hour does
/// not weigh a thousand times as much as a bar's rest.
float bent(float dt, float most) noexcept {
  return dt > most ? most * (1 + std::log(dt / most)) : dt;
}

}  // namespace

Lessons::Lessons(const Layout& layout, const Recipe& recipe, Movement movement, std::uint64_t seed)
    : layout_(&layout), recipe_(&recipe), movement_(std::move(movement)), seed_(seed) {}

/// A value is spread over its control's step. Part of where it comes to lie stays as long as the
/// value does: a control that is held is heard to be held.
void Lessons::dither(std::span<float> rows, std::span<const float> resolutions, std::uint64_t draw,
                     std::uint32_t row) const {
  const std::size_t dimension = layout_->dimension;
  FastUniforms uniforms(seed_, draw, kDitherAgent + row);
  const auto size = static_cast<float>(recipe_->dither);
  const auto anew = static_cast<float>(recipe_->dither_anew);
  thread_local std::vector<float> held;     // values
  thread_local std::vector<float> offsets;  // of them, in steps
  held.assign(dimension, NAN);
  offsets.assign(dimension, 0);
  for (std::size_t frame = 0; frame < rows.size() / dimension; ++frame) {
    for (std::size_t d = 1; d < dimension; ++d) {
      float& x = rows[frame * dimension + d];
      const float now = (uniforms.next() - 0.5F) * anew;
      if (anew < 1 && !(x == held[d])) {
        held[d] = x;
        offsets[d] = (uniforms.next() - 0.5F) * (1 - anew);
      }
      x += (offsets[d] + now) * size * resolutions[d - 1];
    }
  }
}

void Lessons::move(std::span<float> rows, std::uint64_t draw, std::uint32_t row) const noexcept {
  const std::size_t dimension = layout_->dimension;
  FastUniforms uniforms(seed_, draw, kMoveAgent + row);
  const auto most = static_cast<float>(recipe_->shift);
  const float turning = static_cast<float>(recipe_->mirror) *
                        std::min(1.0F, kMostMirrored / static_cast<float>(dimension - 1));
  for (std::size_t d = 1; d < dimension; ++d) {
    const bool turns = uniforms.next() < turning;
    const float place = uniforms.next();
    if (!movement_.moves[d - 1]) continue;
    const Movement::Room room = movement_.rooms[d - 1];
    const float most_here = most * (room.greatest - room.least);
    float least = INFINITY;
    float greatest = -INFINITY;
    for (std::size_t k = d; k < rows.size(); k += dimension) {
      if (turns) rows[k] = room.least + room.greatest - rows[k];
      least = std::min(least, rows[k]);
      greatest = std::max(greatest, rows[k]);
    }
    const float down = std::min(most_here, std::max(0.0F, least - room.least));
    const float up = std::min(most_here, std::max(0.0F, room.greatest - greatest));
    const float by = (down + up) * place - down;
    for (std::size_t k = d; k < rows.size(); k += dimension)
      rows[k] += by;
  }
}

void Lessons::drop(Lesson<float>& lesson, std::uint64_t draw) const noexcept {
  FastUniforms uniforms(seed_, draw, kDropAgent);
  const auto rate = static_cast<float>(recipe_->dropout);
  const float kept = 1 / (1 - rate);
  const std::size_t count = layout_->lstm.size() * lesson.extent.rows * layout_->units;
  for (std::size_t k = 0; k < count; ++k)
    lesson.kept[k] = uniforms.next() < rate ? 0 : kept;
}

Result<double> Lessons::fill(std::span<const Window> windows, const std::uint64_t* draw,
                             Lesson<float>& lesson) const {
  const std::size_t dimension = layout_->dimension;
  const auto scale = static_cast<float>(kScale);
  lesson.drops = draw != nullptr && recipe_->dropout > 0;
  lesson.extent.rows = windows.size();
  lesson.extent.steps = 0;
  for (const Window& window : windows)
    lesson.extent.steps = std::max<std::size_t>(lesson.extent.steps, window.transitions);
  const std::size_t frames = lesson.extent.frames();
  thread_local std::vector<float> rows;
  double counted = 0;
  for (std::size_t b = 0; b < windows.size(); ++b) {
    const Window& window = windows[b];
    rows.resize((window.transitions + 1) * dimension);
    if (auto read = window.dataset->read(window.first, rows); !read) return read.error();
    if (draw != nullptr) {
      for (std::size_t k = 0; k < rows.size() && recipe_->long_dt > 0; k += dimension)
        rows[k] = bent(rows[k], static_cast<float>(recipe_->long_dt));
      const std::size_t controls = dimension - 1;
      if (recipe_->dither > 0) {
        dither(rows, std::span(movement_.steps).subspan(window.take * controls, controls), *draw,
               static_cast<std::uint32_t>(b));
      }
      if (recipe_->mirror > 0 || recipe_->shift > 0)
        move(rows, *draw, static_cast<std::uint32_t>(b));
    }
    for (std::size_t t = 0; t < lesson.extent.steps; ++t) {
      const bool counts = t < window.transitions;
      const std::size_t column = t * windows.size() + b;
      lesson.weights[column] = counts ? 1 : 0;
      for (std::size_t d = 0; d < dimension; ++d) {
        lesson.inputs[column * dimension + d] = counts ? scale * rows[t * dimension + d] : 0;
        lesson.targets[d * frames + column] = counts ? scale * rows[(t + 1) * dimension + d] : 0;
      }
    }
    counted += window.transitions;
  }
  if (lesson.drops) drop(lesson, *draw);
  return counted;
}

}  // namespace imps::train
