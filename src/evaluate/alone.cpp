#include "evaluate/alone.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <limits>

#include "dataset/rows.h"

namespace imps::evaluate {
namespace {

constexpr std::uint32_t kAloneAgent = 0x4556'0000;
constexpr std::size_t kDtBins = 1001;  // milliseconds below a second, and all above

/// The value below which `part` of what was counted lies.
double percentile(std::span<const std::uint64_t> counts, double part, double steps) {
  std::uint64_t total = 0;
  for (const std::uint64_t count : counts)
    total += count;
  const double wanted = part * static_cast<double>(total);
  std::uint64_t below = 0;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    below += counts[k];
    if (static_cast<double>(below) >= wanted && below > 0) return static_cast<double>(k) / steps;
  }
  return 0;
}

/// Counts frames as they come.
class Meter {
 public:
  explicit Meter(std::span<const Grid> grids)
      : grids_(grids), bins_(grids.size()), places_(grids.size()), moved_(grids.size() - 1) {
    for (std::size_t d = 1; d < grids.size(); ++d)
      places_[d].resize(static_cast<std::size_t>(grids[d].last) + 1);
    play_.controls.resize(controls());
    both_.resize(controls() * controls());
  }

  /// Where the controls stood before what is counted next.
  void begin(std::span<const double> row) noexcept {
    for (std::size_t d = 1; d < row.size(); ++d)
      bins_[d] = grids_[d].bin(row[d]);
  }

  void count(std::span<const double> row) {
    ++play_.frames;
    play_.seconds += row[0];
    count_dt(row[0]);
    moving_.clear();
    for (std::size_t d = 1; d < row.size(); ++d)
      count_control(d, row[d]);
    for (const std::size_t a : moving_) {
      ++moved_[a];
      for (const std::size_t b : moving_)
        ++both_[a * controls() + b];
    }
    if (play_.seconds <= Play::kOpeningSeconds &&
        play_.opening.size() < Play::kOpeningRows * row.size())
      play_.opening.insert(play_.opening.end(), row.begin(), row.end());
  }

  [[nodiscard]] Play take() {
    const double frames = std::max(1.0, static_cast<double>(play_.frames));
    const auto sounding = static_cast<double>(play_.frames - rests_);
    play_.rests = static_cast<double>(rests_) / frames;
    play_.frames_per_second = playing_seconds_ > 0 ? sounding / playing_seconds_ : 0;
    play_.middle_dt = percentile(dt_bins_, 0.5, 1000);
    for (double& part : play_.dts)
      part /= frames;
    for (std::size_t k = 0; k < controls(); ++k) {
      ControlPlay& control = play_.controls[k];
      const double steps = grids_[k + 1].steps;
      control.low = percentile(places_[k + 1], 0.05, steps);
      control.middle = percentile(places_[k + 1], 0.5, steps);
      control.high = percentile(places_[k + 1], 0.95, steps);
      control.mean_step /= std::max(1.0, static_cast<double>(moved_[k]));
      control.moved = static_cast<double>(moved_[k]) / frames;
      for (double& part : control.places)
        part /= frames;
      for (double& part : control.steps)
        part /= frames;
    }
    correlate();
    return std::move(play_);
  }

 private:
  [[nodiscard]] std::size_t controls() const noexcept { return grids_.size() - 1; }

  void count_dt(double dt) noexcept {
    if (dt > kRestSeconds) {
      ++rests_;
    } else {
      playing_seconds_ += dt;
    }
    ++dt_bins_[static_cast<std::size_t>(std::min<std::int64_t>(grids_[0].bin(dt), kDtBins - 1))];
    const double part =
        Play::kDtPartsInTen * std::log10(std::max(dt, Play::kLeastDt) / Play::kLeastDt);
    const double last = static_cast<double>(Play::kDtParts - 1);
    ++play_.dts[static_cast<std::size_t>(std::min(part, last))];
  }

  void count_control(std::size_t d, double value) noexcept {
    ControlPlay& control = play_.controls[d - 1];
    const std::int64_t bin = grids_[d].bin(value);
    ++places_[d][static_cast<std::size_t>(bin)];
    const double place = value * static_cast<double>(ControlPlay::kPlaces);
    ++control.places[static_cast<std::size_t>(
        std::clamp(place, 0.0, static_cast<double>(ControlPlay::kPlaces - 1)))];
    const auto away = static_cast<std::uint64_t>(std::abs(bin - bins_[d]));
    ++control.steps[std::min<std::size_t>(static_cast<std::size_t>(std::bit_width(away)),
                                          ControlPlay::kSteps - 1)];
    if (away > 0) {
      moving_.push_back(d - 1);
      control.mean_step += static_cast<double>(away) / grids_[d].steps;
    }
    bins_[d] = bin;
  }

  void correlate() {
    const auto n = static_cast<double>(play_.frames);
    for (std::size_t a = 0; a < controls(); ++a) {
      for (std::size_t b = 0; b < controls(); ++b) {
        const auto one = static_cast<double>(moved_[a]);
        const auto other = static_cast<double>(moved_[b]);
        const auto both = static_cast<double>(both_[a * controls() + b]);
        const double spread = std::sqrt(one * (n - one)) * std::sqrt(other * (n - other));
        play_.together.push_back(spread > 0 ? (both * n - one * other) / spread
                                            : std::numeric_limits<double>::quiet_NaN());
      }
    }
  }

  std::span<const Grid> grids_;
  std::vector<std::int64_t> bins_;                  // [dimension]
  std::vector<std::vector<std::uint64_t>> places_;  // [dimension][bins]
  std::vector<std::uint64_t> moved_;                // [controls]
  std::vector<std::uint64_t> both_;                 // [controls, controls]
  std::vector<std::size_t> moving_;                 // in this frame
  std::array<std::uint64_t, kDtBins> dt_bins_{};
  std::uint64_t rests_ = 0;
  double playing_seconds_ = 0;
  Play play_;
};

}  // namespace

Result<Play> measure_play(const Dataset& dataset, std::span<const Stretch> stretches,
                          std::span<const Grid> grids) {
  Meter meter(grids);
  std::vector<double> row(grids.size());
  for (const Stretch& stretch : stretches) {
    const std::uint64_t take = dataset.takes()[stretch.take].first;
    bool first = true;
    const auto see = [&](std::span<const float> read) {
      std::copy(read.begin(), read.end(), row.begin());
      if (first) {
        meter.begin(row);
      } else {
        meter.count(row);
      }
      first = false;
    };
    const auto read = for_each_row(dataset, take + stretch.from - 1, take + stretch.to, see);
    if (!read) return read.error();
  }
  return meter.take();
}

Play play_alone(const Mdrnn& model, std::span<const float> lead_in, const AloneSettings& settings,
                std::span<const Grid> grids) {
  const auto dimension = static_cast<std::size_t>(model.dimension());
  assert(grids.size() == dimension && lead_in.size() >= dimension);
  Meter meter(grids);
  Mdrnn::State state(model);
  std::vector<double> row(dimension);
  for (std::size_t k = 0; k + dimension <= lead_in.size(); k += dimension) {
    std::copy_n(lead_in.begin() + static_cast<std::ptrdiff_t>(k), dimension, row.begin());
    advance(model, state, {row[0], std::span<const double>(row).subspan(1)});
  }
  meter.begin(row);
  Frame frame;
  for (std::uint64_t k = 0; k < settings.frames; ++k) {
    Uniforms uniforms(settings.seed, kAloneAgent, k);
    sample(state.mixture(), settings.temperatures, uniforms, frame);
    frame.dt = std::min(frame.dt, kLongestRest);
    row[0] = frame.dt;
    std::copy(frame.controls().begin(), frame.controls().end(), row.begin() + 1);
    meter.count(row);
    advance(model, state, frame);
  }
  return meter.take();
}

double liveliness(const Play& play) noexcept {
  double sum = 0;
  for (const ControlPlay& control : play.controls)
    sum += control.moved;
  return play.controls.empty() ? 0 : sum / static_cast<double>(play.controls.size());
}

double as_lively_at(const Mdrnn& model, std::span<const float> lead_in, AloneSettings settings,
                    std::span<const Grid> grids, const Play& performer) {
  const double wanted = liveliness(performer);
  double best = settings.temperatures.sigma;
  double nearest = std::numeric_limits<double>::infinity();
  for (const double temperature : kTriedTemperatures) {
    settings.temperatures.sigma = temperature;
    const double away = std::abs(liveliness(play_alone(model, lead_in, settings, grids)) - wanted);
    if (away >= nearest) continue;
    nearest = away;
    best = temperature;
  }
  return best;
}

}  // namespace imps::evaluate
