// A model that plays alone, without a clock: as fast as it can.
#pragma once

#include <cstdint>
#include <span>

#include <imps/frame.h>
#include <imps/model.h>
#include <imps/time.h>

namespace imps {

/// What a frame before the first is taken for: all controls in the middle, 0.1 s after nothing.
Frame neutral_frame(int dimension) noexcept;

struct SoloSettings {
  std::uint64_t seed = 0;
  std::uint32_t agent = 0;
  Temperatures temperatures;
  double surprise = 0.5;  ///< [0, 1]
  double timescale = 1;   ///< (0, 1000]: stretches what is played, not what the network hears
  Seconds max_rest{5};    ///< upper bound of a predicted dt, ≥ 0.001
};

/// Plays the frames that a Performer in battle mode plays that starts at once and is never late:
/// bit for bit the same for the same settings. Thread-safe: no.
class Soloist {
 public:
  /// `model` must outlive it. Allocates.
  Soloist(const Mdrnn& model, const SoloSettings& settings);

  /// Lets the network hear a frame of a phrase that somebody else has played; before next().
  /// Realtime-safe: yes.
  void hear(FrameView frame) noexcept;

  struct Played {
    TimePoint at;                      ///< since the start of playing; later than the one before
    std::span<const double> controls;  ///< x_1 … x_N in [0, 1]; valid until the next call
  };
  /// The next frame. Realtime-safe: yes.
  Played next() noexcept;

 private:
  const Mdrnn& model_;
  SoloSettings settings_;
  Mdrnn::State state_;
  Frame frame_;
  bool owed_ = false;  // the network has yet to hear frame_
  std::uint64_t number_ = 0;
  TimePoint at_;
};

}  // namespace imps
