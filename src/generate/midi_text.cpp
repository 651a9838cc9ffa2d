// Standard MIDI Files (format 0): one track of control changes, and notes if they are wanted.
#include <array>
#include <cmath>
#include <cstdint>

#include <imps/frame.h>

#include "generate/frame_text.h"

namespace imps {
namespace {

// 120 beats a minute, which every sequencer can show, in the finest grid that the file's 15 bits
// allow at it: 20 µs. Ticks are counted from absolute times, so that no error adds up.
constexpr std::uint32_t kBeat = 500'000;  // µs
constexpr std::uint16_t kTicksInBeat = 25'000;
constexpr std::int64_t kTick = kBeat / kTicksInBeat;

constexpr std::uint32_t kLongestWait = 0x0fffffff;  // ticks: 28 bits
// A sequencer that takes more at once is not known; this is days of playing.
constexpr std::size_t kMostTrack = std::size_t{256} << 20;

constexpr int kControllers = 119;  // from 120 on they are commands to the instrument
constexpr std::uint8_t kVelocity = 100;

class Midi final : public FrameText {
 public:
  explicit Midi(bool notes) : notes_(notes) { shown_.fill(-1); }

  void begin(std::string&, int) override {
    event({0xff, 0x51, 3, kBeat >> 16U & 0xffU, kBeat >> 8U & 0xffU, kBeat & 0xffU});
    event({0xff, 0x58, 4, 4, 2, 24, 8});  // 4/4
  }

  void add(std::string&, TimePoint at, std::span<const double> controls) override {
    if (track_.size() > kMostTrack) return;
    const std::int64_t tick = (at.time_since_epoch().count() + kTick / 2) / kTick;
    gap_ = tick - tick_;
    tick_ = tick;
    for (std::size_t k = 0; k < controls.size(); ++k) {
      const int value = static_cast<int>(std::floor(controls[k] * 127 + 0.5));
      if (notes_ && k == 0) {
        if (shown_[k] >= 0) event({0x80, byte(shown_[k]), 0});
        event({0x90, byte(value), kVelocity});
      } else if (value != shown_[k]) {
        const int controller = static_cast<int>(k);
        event({byte(0xb0 + controller / kControllers), byte(1 + controller % kControllers),
               byte(value)});
      }
      shown_[k] = value;
    }
  }

  Result<void> end(std::string& to) override {
    if (track_.size() > kMostTrack) {
      return Error{
          "would be a MIDI file of more than 256 MiB: ask for fewer seconds, or for a .csv or "
          ".log"};
    }
    // The last note sounds as long as the one before it.
    tick_ += gap_;
    if (notes_ && shown_[0] >= 0) event({0x80, byte(shown_[0]), 0});
    event({0xff, 0x2f, 0});
    to += "MThd";
    big_endian(to, 6, 4);
    big_endian(to, 0, 2);  // format
    big_endian(to, 1, 2);  // tracks
    big_endian(to, kTicksInBeat, 2);
    to += "MTrk";
    big_endian(to, static_cast<std::uint32_t>(track_.size()), 4);
    to += track_;
    track_ = {};
    return {};
  }

 private:
  static std::uint8_t byte(int value) { return static_cast<std::uint8_t>(value); }

  static void big_endian(std::string& to, std::uint32_t value, unsigned size) {
    for (unsigned i = size; i-- > 0;)
      to += static_cast<char>(value >> 8 * i);
  }

  void event(std::initializer_list<unsigned> bytes) {
    std::int64_t wait = tick_ - written_;
    written_ = tick_;
    for (; wait > kLongestWait; wait -= kLongestWait) {
      length(kLongestWait);
      track_ += {'\xff', '\x01', '\0'};  // an empty text
    }
    length(static_cast<std::uint32_t>(wait));
    for (const unsigned one : bytes)
      track_ += static_cast<char>(one);
  }

  // Seven bits a byte, the highest first; all but the last have their top bit set.
  void length(std::uint32_t value) {
    for (unsigned shift = 21; shift > 0; shift -= 7) {
      if (value >> shift != 0) track_ += static_cast<char>((value >> shift & 0x7fU) | 0x80U);
    }
    track_ += static_cast<char>(value & 0x7fU);
  }

  bool notes_;
  std::string track_;
  std::int64_t tick_ = 0;
  std::int64_t written_ = 0;  // the tick of the last event
  std::int64_t gap_ = 0;
  std::array<int, kMaxControls> shown_{};  // what each control was last sent as
};

}  // namespace

std::unique_ptr<FrameText> midi_text(bool notes) { return std::make_unique<Midi>(notes); }

}  // namespace imps
