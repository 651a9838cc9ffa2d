// Which notes sound on an output, where another process can see them.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

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
    if (message.is_note_on()) set(word_of(message), bit_of(message));
  }
  /// After it was sent: a note-off counts from here, and a controller that silences its channel.
  void after(const MidiMessage& message) noexcept {
    if (message.is_note_off()) {
      std::atomic<std::uint32_t>& word = word_of(message);
      word.store(word.load(std::memory_order_relaxed) & ~bit_of(message),
                 std::memory_order_relaxed);
    } else if (message.kind() == MidiMessage::Kind::control_change &&
               (message.first() == controller::kAllSoundOff ||
                message.first() == controller::kAllNotesOff)) {
      for (std::size_t k = 0; k < kWords; ++k)
        words_[first_of(message) + k].store(0, std::memory_order_relaxed);
    }
  }
  /// What was sent to a device that has gone does not sound on the next one.
  void forget() noexcept {
    for (auto& word : words_)
      word.store(0, std::memory_order_relaxed);
    channels_.store(0, std::memory_order_relaxed);
  }

  /// Whether any note sounds.
  [[nodiscard]] bool any() const noexcept {
    return std::any_of(words_.begin(), words_.end(),
                       [](const auto& word) { return word.load(std::memory_order_relaxed) != 0; });
  }

  /// What ends everything: a note-off for each note that sounds, then, on each channel that was
  /// used, sustain pedal up and all notes off. None when nothing was ever sent.
  [[nodiscard]] std::vector<MidiMessage> releases() const;

 private:
  static constexpr std::size_t kBits = 32;
  static constexpr std::size_t kWords = 128 / kBits;  // of a channel

  static std::size_t first_of(const MidiMessage& message) noexcept {
    return static_cast<std::size_t>(message.channel() - 1) * kWords;
  }
  std::atomic<std::uint32_t>& word_of(const MidiMessage& note) noexcept {
    return words_[first_of(note) + static_cast<std::size_t>(note.first()) / kBits];
  }
  static std::uint32_t bit_of(const MidiMessage& note) noexcept {
    return 1U << (static_cast<unsigned>(note.first()) % kBits);
  }
  static void set(std::atomic<std::uint32_t>& word, std::uint32_t bit) noexcept {
    word.store(word.load(std::memory_order_relaxed) | bit, std::memory_order_relaxed);
  }

  std::array<std::atomic<std::uint32_t>, 16 * kWords> words_{};  // [channel, note / 32]
  std::atomic<std::uint32_t> channels_{0};                       // that were sent to; bit 0 is 1
};
static_assert(std::atomic<std::uint32_t>::is_always_lock_free, "processes share it");

}  // namespace imps
