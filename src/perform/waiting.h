// Polyphony's predictions on their way: each waits for its own due time.
#pragma once

#include <cstdint>
#include <vector>

#include <imps/conditions.h>
#include <imps/frame.h>
#include <imps/model.h>
#include <imps/time.h>

namespace imps {

/// A drawn frame and when it is to sound.
struct Prediction {
  Frame frame;
  TimePoint base;  ///< from where its dt counts
  TimePoint due;
  std::uint64_t number = 0;
  ControlSet still;  ///< these stay where they stand: somebody holds them, or a limit does
  // Of controls that wait to be picked up (see Hands):
  ControlSet above;      ///< the model wants it higher than it stands
  ControlSet picked_up;  ///< it takes it up with this
};

/// At most kCapacity predictions, each with the mixture that it was drawn from, so that it can be
/// drawn again when the temperatures change. Realtime-safe after construction. Thread-safe: no.
class Waiting {
 public:
  static constexpr std::size_t kCapacity = 64;

  /// @param sizes  of the network whose mixtures are kept. Allocates.
  explicit Waiting(const Sizes& sizes);
  Waiting(Waiting&&) = default;
  Waiting& operator=(Waiting&&) = default;
  Waiting(const Waiting&) = delete;  // the entries' spans would point into the original
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() = default;

  struct Entry {
    Prediction prediction;
    MixtureView mixture;  ///< into the entry's own numbers
  };

  /// A place for one more, `mixture` copied into it. When all are taken, the one with the lowest
  /// number (the oldest) gives way; `dropped` says so.
  Entry& add(const MixtureView& mixture, std::uint64_t number, bool& dropped) noexcept;

  /// The entry that is due first (among equals, the lower number), or null.
  [[nodiscard]] const Entry* first() const noexcept;
  void drop_first() noexcept;
  void clear() noexcept { count_ = 0; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

  template <class Redraw>
  void for_each(Redraw&& redraw) {
    for (std::size_t i = 0; i < count_; ++i)
      redraw(entries_[i]);
  }

 private:
  [[nodiscard]] std::size_t first_index() const noexcept;
  void remove(std::size_t index) noexcept;

  std::vector<float> numbers_;  // [capacity][2·mixtures·dimension + mixtures]
  std::vector<Entry> entries_;  // [capacity], the first count_ are waiting
  std::size_t count_ = 0;
};

}  // namespace imps
