// The way from the performance loop to the log writer's thread: records in a bounded queue of
// bytes.
#pragma once

#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include <boost/lockfree/spsc_queue.hpp>

#include <imps/frame.h>
#include <imps/mode.h>
#include <imps/time.h>

namespace imps {

/// Longer names and texts of events are cut, between characters.
inline constexpr std::size_t kMaxEventName = 63;
inline constexpr std::size_t kMaxEventText = 255;

/// The longest beginning of `text` that has at most `most` bytes and ends between two UTF-8
/// characters.
inline std::string_view cut_text(std::string_view text, std::size_t most) noexcept {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  return text.substr(0, end);
}

/// One thing to write down, as it lies in the queue: this head, then `size` bytes.
struct RecordHead {
  enum class Kind : std::uint8_t {
    row,    ///< size/8 doubles
    event,  ///< a double, then the name (`name` bytes) and the text
    lost,   ///< LostCounts: what did not fit before this record
  };
  std::int64_t at = 0;  ///< microseconds since start
  std::uint16_t size = 0;
  Kind kind{};
  Voice voice{};
  std::uint8_t name = 0;
};

struct LostCounts {
  std::uint64_t rows = 0;
  std::uint64_t events = 0;

  [[nodiscard]] bool any() const noexcept { return rows != 0 || events != 0; }
  friend bool operator==(const LostCounts&, const LostCounts&) = default;
};

/// The queue. One thread puts records in, one takes them out.
class RecordQueue {
 public:
  /// Room for `bytes` of records. Pages are only touched once used. Allocates.
  explicit RecordQueue(std::size_t bytes) : bytes_(bytes) {}

  /// Wait-free, no allocation. False, and counted, when there is no room.
  bool push_row(TimePoint at, Voice voice, std::span<const double> controls) noexcept {
    const bool fits = controls.size() <= kMaxControls &&
                      push({.at = at.time_since_epoch().count(),
                            .size = static_cast<std::uint16_t>(controls.size_bytes()),
                            .kind = RecordHead::Kind::row,
                            .voice = voice},
                           std::as_bytes(controls), {}, {});
    if (!fits) lose(lost_rows_, lost_.rows);
    return fits;
  }

  /// Wait-free, no allocation. False, and counted, when there is no room.
  bool push_event(TimePoint at, std::string_view name, double number,
                  std::string_view text) noexcept {
    name = cut_text(name, kMaxEventName);
    text = cut_text(text, kMaxEventText);
    const bool fits =
        push({.at = at.time_since_epoch().count(),
              .size = static_cast<std::uint16_t>(sizeof(number) + name.size() + text.size()),
              .kind = RecordHead::Kind::event,
              .name = static_cast<std::uint8_t>(name.size())},
             std::as_bytes(std::span(&number, 1)), name, text);
    if (!fits) lose(lost_events_, lost_.events);
    return fits;
  }

  /// Everything that ever found no room. Any thread.
  [[nodiscard]] LostCounts lost() const noexcept {
    return {lost_rows_.load(std::memory_order_relaxed),
            lost_events_.load(std::memory_order_relaxed)};
  }

  /// The taking side.
  [[nodiscard]] bool empty() const noexcept { return bytes_.read_available() == 0; }

  /// The taking side: calls take(const RecordHead&, std::span<const char> payload) for what is
  /// there, up to about `most` bytes; returns the bytes taken.
  template <class Take>
  std::size_t consume(std::size_t most, Take&& take) {
    std::size_t taken = 0;
    while (taken < most) {
      char head_bytes[sizeof(RecordHead)];
      if (bytes_.read_available() < sizeof(RecordHead)) break;
      bytes_.pop(head_bytes, sizeof(head_bytes));
      RecordHead head;
      std::memcpy(&head, head_bytes, sizeof(head));
      // A record is put in with one push: its payload is there when its head is.
      bytes_.pop(payload_, head.size);
      take(std::as_const(head), std::span<const char>(payload_, head.size));
      taken += sizeof(head) + head.size;
    }
    return taken;
  }

 private:
  static constexpr std::size_t kMaxPayload = kMaxControls * sizeof(double);
  static_assert(kMaxPayload >= sizeof(double) + kMaxEventName + kMaxEventText);

  /// Puts down what was lost before, if anything, and the record: both or neither.
  bool push(RecordHead head, std::span<const std::byte> first, std::string_view second,
            std::string_view third) noexcept {
    char bytes[2 * sizeof(RecordHead) + sizeof(LostCounts) + kMaxPayload];
    char* end = bytes;
    const auto put = [&end](const void* from, std::size_t size) {
      if (size != 0) std::memcpy(end, from, size);
      end += size;
    };
    if (lost_.any()) {
      const RecordHead lost{
          .at = head.at, .size = sizeof(LostCounts), .kind = RecordHead::Kind::lost};
      put(&lost, sizeof(lost));
      put(&lost_, sizeof(lost_));
    }
    put(&head, sizeof(head));
    put(first.data(), first.size());
    put(second.data(), second.size());
    put(third.data(), third.size());
    const auto size = static_cast<std::size_t>(end - bytes);
    if (bytes_.write_available() < size) return false;
    bytes_.push(bytes, size);
    lost_ = {};
    return true;
  }

  void lose(std::atomic<std::uint64_t>& total, std::uint64_t& since) noexcept {
    ++since;
    total.store(total.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

  boost::lockfree::spsc_queue<char> bytes_;
  LostCounts lost_;  // since the last record that went in; the putting side's
  std::atomic<std::uint64_t> lost_rows_{0};
  std::atomic<std::uint64_t> lost_events_{0};
  char payload_[kMaxPayload];  // the taking side's
};

}  // namespace imps
