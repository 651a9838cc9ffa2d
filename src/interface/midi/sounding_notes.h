// Which notes sound on an output, where another process can see them.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <imps/time.h>

#include "interface/midi/message.h"

namespace imps {

/// The notes of one output. It may lie in memory that processes share: no pointers, no locks, and
/// all zeros when nothing sounds.
///
/// One thread writes, around sending; realtime-safe: yes, a few nanoseconds. Any may read.
class SoundingNotes {
 public:
  /// Before `message` is sent: a note-on counts from here, so that no moment is missed.
  void before(const MidiMessage& message) noexcept {
    set(channels_, 1U << (message.channel() - 1));
    if (message.is_note_on()) set(words_[word_of(message)], bit_of(message));
  }
  /// After it was sent: a note-off counts from here, and a controller that silences its channel.
  void after(const MidiMessage& message, TimePoint at) noexcept {
    const bool is_silencing = message.kind() == MidiMessage::Kind::control_change &&
                              (message.first() == controller::kAllSoundOff ||
                               message.first() == controller::kAllNotesOff);
    if (!message.is_note_off() && !is_silencing) return;
    if (at - turned_ >= kHeardAfter) {
      turned_ = at;
      latest_ = 1 - latest_;
      clear(ended_[latest_]);
    }
    if (message.is_note_off()) {
      end(word_of(message), bit_of(message));
    } else {
      for (std::size_t k = 0; k < kWords; ++k)
        end(first_of(message) + k, ~std::uint32_t{0});
    }
  }
  /// What was sent to a device that has gone does not sound on the next one.
  void forget() noexcept {
    clear(words_);
    settle();
    channels_.store(0, std::memory_order_relaxed);
  }
  /// All that was sent has been heard.
  void settle() noexcept {
    for (Words& ended : ended_)
      clear(ended);
  }
  /// What was sent last was not heard: what it ended sounds.
  void doubt() noexcept {
    for (const Words& ended : ended_)
      for (std::size_t k = 0; k < ended.size(); ++k)
        set(words_[k], ended[k].load(std::memory_order_relaxed));
    settle();
  }

  /// Whether any note sounds.
  [[nodiscard]] bool any() const noexcept {
    return std::any_of(words_.begin(), words_.end(),
                       [](const auto& word) { return word.load(std::memory_order_relaxed) != 0; });
  }

  /// What ends everything: a note-off for each note that sounds, then, on each channel that was
  /// used, sustain pedal up and all notes off. None when nothing was ever sent.
  [[nodiscard]] std::vector<MidiMessage> releases() const;
  /// The same, and note-offs for what ended of late: what was sent last may not have been heard.
  [[nodiscard]] std::vector<MidiMessage> last_releases() const;

 private:
  static constexpr std::size_t kBits = 32;
  static constexpr std::size_t kWords = 128 / kBits;                  // of a channel
  using Words = std::array<std::atomic<std::uint32_t>, 16 * kWords>;  // [channel, note / 32]
  /// By then what was sent has been heard, whatever the output: the 4,096 bytes that may wait for a
  /// serial line take 1.3 s, and two of JACK's longest periods less.
  static constexpr auto kHeardAfter = std::chrono::milliseconds(1500);

  static std::size_t first_of(const MidiMessage& message) noexcept {
    return static_cast<std::size_t>(message.channel() - 1) * kWords;
  }
  static std::size_t word_of(const MidiMessage& note) noexcept {
    return first_of(note) + static_cast<std::size_t>(note.first()) / kBits;
  }
  static std::uint32_t bit_of(const MidiMessage& note) noexcept {
    return 1U << (static_cast<unsigned>(note.first()) % kBits);
  }
  static void set(std::atomic<std::uint32_t>& word, std::uint32_t bit) noexcept {
    word.store(word.load(std::memory_order_relaxed) | bit, std::memory_order_relaxed);
  }

  static void clear(Words& words) noexcept {
    for (auto& word : words)
      word.store(0, std::memory_order_relaxed);
  }
  void end(std::size_t word, std::uint32_t bits) noexcept {
    const std::uint32_t before = words_[word].load(std::memory_order_relaxed);
    set(ended_[latest_][word], before & bits);  // first, so that no moment is missed
    words_[word].store(before & ~bits, std::memory_order_relaxed);
  }
  template <class BitsOf>
  [[nodiscard]] std::vector<MidiMessage> releases_of(BitsOf bits_of) const;

  Words words_{};
  std::array<Words, 2> ended_{};  // since turned_, and before
  std::size_t latest_ = 0;        // of them; the writer's, as the next
  TimePoint turned_{};
  std::atomic<std::uint32_t> channels_{0};  // that were sent to; bit 0 is 1
};
static_assert(std::atomic<std::uint32_t>::is_always_lock_free, "processes share it");

}  // namespace imps
