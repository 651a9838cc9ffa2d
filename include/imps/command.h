// Live control: what OSC messages, MIDI bindings and the page can ask of a running performance.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include <imps/mode.h>
#include <imps/result.h>

namespace imps {

/// One request. `number` and `mode` are used by the kinds that say so.
struct Command {
  enum class Kind {
    mode,   ///< mode
    pause,  ///< number 0 or 1: the model is silent; the performer's thru and the log go on
    mute,   ///< number 0 or 1: the model listens and thinks, nothing of it goes out
    reset,  ///< the network forgets
    panic,  ///< everything that sounds ends, what is pending is dropped
    sigma_temperature,  ///< number ≥ 0
    pi_temperature,     ///< number > 0
    surprise,           ///< number from 0, the most typical, to 1, the rarest; 0.5: as it comes
    timescale,          ///< number in (0, 1000]
    tempo,              ///< number from 0 to 400, beats a minute; below 1: none
    grid,               ///< number from 0.25 to 24, lines in a beat
    snap,               ///< number from 0 to 1: how much of the way to a line
    beat,               ///< number from 0 to 60, seconds until one of the beats: 0, it is now
    tap,                ///< a beat is now, and the tempo that of the taps
    threshold,          ///< number ≥ 0, seconds
    max_rest,           ///< number ≥ 0.001, seconds
    shared_hands,       ///< number 0 or 1: touched controls stay the performer's
    release,            ///< number ≥ 0, seconds after the last touch
    glide,              ///< number ≥ 0, seconds: how the model takes over what was left
    grip,               ///< number of the control, from 1: a hand is on it,
    let_go,             ///< and is taken away
    limit,              ///< number: of the control, from 1, or 0 for dt; text: see Limit
    seed,               ///< seed; the next prediction is number 0 again
    model,              ///< text: the name of a file in models/
    scene,              ///< text: the scene's name, or "next" or "previous"
    hand_over,          ///< the voice passes: to the model at once, or back to the performer
    mark,               ///< text: a word for the events file, e.g. "not that"; may be empty
    take,               ///< this take ends, and another one begins
  };

  Kind kind{};
  double number = 0;
  Mode mode = Mode::call_response;
  std::uint64_t seed = 0;
  std::string text;
};

/// The word of a kind in OSC addresses and logs: "mode", "pause", …, "sigmatemp", "pitemp",
/// "handover".
std::string_view name(Command::Kind kind) noexcept;

/// An argument as it came in: a number (of whatever type on the wire) or a text.
/// Whether the command `word` takes a text: a mode, the name of a model or a scene, a mark's words.
bool takes_text(std::string_view word) noexcept;

using CommandArgument = std::variant<double, std::string_view>;

/// The command `word` (see name()) with `arguments`. Refuses unknown words (with the nearest known
/// one), missing or superfluous arguments and values out of range, saying what is accepted.
/// pause, mute and sharedhands without an argument mean 1, beat 0; reset, panic, handover, tap and
/// take take none or any one number. A seed is a whole number from 0 to 2^53. A model name has no
/// '/' or '\', no leading '.', and 1–255 bytes. A limit takes the number of a control and the words
/// of its limit. A mark's words are put together, a space between them, to at most 255 bytes.
Result<Command> make_command(std::string_view word, std::span<const CommandArgument> arguments);

}  // namespace imps
