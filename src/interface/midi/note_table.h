// The outputs of a performance and what sounds on each, in memory that a second process reads.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "interface/midi/message.h"
#include "interface/midi/sounding_notes.h"

namespace imps {

/// Where notes go: a MIDI output, or a serial line that speaks MIDI.
struct NoteOutput {
  enum class Kind : std::uint32_t { midi, serial };
  Kind kind{};
  std::string way;   ///< "auto", "alsa", "jack", "core"; or the baud rate
  std::string name;  ///< a part of a port's name; or the line
};

/// Places for outputs. No pointers: it may lie in memory that processes share, all zeros at first.
/// One thread at a time takes places and gives them back. Realtime-safe: yes.
class NoteTable {
 public:
  static constexpr std::size_t kMostOutputs = 64;

  /// Null when there is no place left, or the name is longer than 255 bytes.
  SoundingNotes* take(NoteOutput::Kind kind, std::string_view way, std::string_view name) noexcept;
  /// The place of an output on which notes still sound is kept: somebody has to end them.
  void give_back(SoundingNotes& notes) noexcept;

  /// What there is to be ended, and where. By the other process.
  struct Owed {
    NoteOutput output;
    std::vector<MidiMessage> messages;
  };
  [[nodiscard]] std::vector<Owed> owed() const;

 private:
  struct Place {
    std::atomic<std::uint32_t> taken{0};
    NoteOutput::Kind kind{};
    std::array<char, 16> way{};    // ended by a zero, as the name
    std::array<char, 256> name{};  // a text may be cut by our end: only whole ones are taken
    SoundingNotes notes;
  };
  std::array<Place, kMostOutputs> places_{};
};

/// What sounds on an output, in a table's place for it if there is one. Realtime-safe: yes, a few
/// ns a message, but for what it returns.
class KeptNotes {
 public:
  KeptNotes() = default;
  /// @param table  may be null, and outlives this
  KeptNotes(NoteTable* table, NoteOutput::Kind kind, std::string_view way, std::string_view name)
      : table_(table), notes_(table == nullptr ? nullptr : table->take(kind, way, name)) {
    if (notes_ != nullptr) return;
    own_ = std::make_unique<SoundingNotes>();
    notes_ = own_.get();
  }
  KeptNotes(KeptNotes&& other) noexcept
      : table_(other.table_),
        own_(std::move(other.own_)),
        notes_(std::exchange(other.notes_, nullptr)) {}
  KeptNotes& operator=(KeptNotes&& other) noexcept {
    std::swap(table_, other.table_);
    std::swap(own_, other.own_);
    std::swap(notes_, other.notes_);
    return *this;
  }
  ~KeptNotes() {
    if (notes_ != nullptr && own_ == nullptr) table_->give_back(*notes_);
  }

  /// As SoundingNotes has them.
  void before(const MidiMessage& message) noexcept {
    if (notes_ != nullptr) notes_->before(message);
  }
  void after(const MidiMessage& message, TimePoint at) noexcept {
    if (notes_ != nullptr) notes_->after(message, at);
  }
  void doubt() noexcept {
    if (notes_ != nullptr) notes_->doubt();
  }
  void forget() noexcept {
    if (notes_ != nullptr) notes_->forget();
  }
  /// What ends all that sounds; none when nothing does.
  [[nodiscard]] std::vector<MidiMessage> releases() const {
    return notes_ != nullptr && notes_->any() ? notes_->releases() : std::vector<MidiMessage>{};
  }

 private:
  NoteTable* table_ = nullptr;
  std::unique_ptr<SoundingNotes> own_;  // where there is no table
  SoundingNotes* notes_ = nullptr;
};

}  // namespace imps
