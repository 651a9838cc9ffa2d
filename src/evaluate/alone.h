// How playing goes, the performer's or a model's that plays by itself: pace, rests, range, steps,
// and what moves together.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <imps/model.h>
#include <imps/result.h>

#include "dataset/dataset.h"
#include "evaluate/grid.h"
#include "evaluate/part.h"

namespace imps::evaluate {

/// A longer dt is a rest.
inline constexpr double kRestSeconds = 1;
/// On stage a longer dt is not waited for, and the model hears this one: max_rest's default.
inline constexpr double kLongestRest = 5;

/// One control.
struct ControlPlay {
  double low = 0;        ///< the 5th percentile of where it stood
  double middle = 0;     ///< the median
  double high = 0;       ///< the 95th percentile
  double moved = 0;      ///< the part of frames in which it moved by a step or more
  double mean_step = 0;  ///< how far, of the range, when it moved

  static constexpr std::size_t kPlaces = 32;  ///< equal parts of [0, 1]
  /// Not moved; by 1 step, 2–3, 4–7, …, 1024 and more.
  static constexpr std::size_t kSteps = 12;
  std::array<double, kPlaces> places{};  ///< parts of frames
  std::array<double, kSteps> steps{};    ///< parts of frames
};

struct Play {
  std::uint64_t frames = 0;
  double seconds = 0;
  double frames_per_second = 0;  ///< while playing: rests are left out of frames and time
  double rests = 0;              ///< the part of frames that came after a rest
  double middle_dt = 0;          ///< seconds; the median, to 1 ms; 1 stands for all from there on
  std::vector<ControlPlay> controls;
  /// [controls, controls]: the correlation of "it moved", from frame to frame; not a number where
  /// one never or always moved.
  std::vector<double> together;

  static constexpr std::size_t kDtParts = 56;
  static constexpr double kLeastDt = 1e-4;    ///< seconds
  static constexpr double kDtPartsInTen = 8;  ///< parts of equal ratio in a factor of ten
  std::array<double, kDtParts> dts{};         ///< parts of frames; the ends hold what is beyond
  /// The first kOpeningSeconds, at most kOpeningRows, for a picture: [rows, dimension].
  std::vector<double> opening;
  static constexpr double kOpeningSeconds = 20;
  static constexpr std::size_t kOpeningRows = 4000;
};

/// The rows of `stretches`. An Error when the dataset's file cannot be read any more.
Result<Play> measure_play(const Dataset& dataset, std::span<const Stretch> stretches,
                          std::span<const Grid> grids);

struct AloneSettings {
  std::uint64_t frames = 10'000;
  std::uint64_t seed = 0;
  Temperatures temperatures;
};

/// `model` hears the rows of `lead_in` [rows, dimension], then nothing but itself, as in battle
/// mode. The same settings give the same frames on the same kind of processor.
Play play_alone(const Mdrnn& model, std::span<const float> lead_in, const AloneSettings& settings,
                std::span<const Grid> grids);

/// How often a control moves in a frame, the mean of all controls.
double liveliness(const Play& play) noexcept;

/// The sigma temperatures that are tried for as_lively_at().
inline constexpr std::array kTriedTemperatures{0.0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5};

/// The one of kTriedTemperatures at which the model, playing alone with these settings otherwise,
/// moves most nearly as often as the performer. It costs as many times the playing of
/// `settings.frames`.
double as_lively_at(const Mdrnn& model, std::span<const float> lead_in, AloneSettings settings,
                    std::span<const Grid> grids, const Play& performer);

}  // namespace imps::evaluate
