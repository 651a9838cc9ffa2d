// Who hears whom, and whose turn it is.
#pragma once

#include <optional>
#include <string_view>

namespace imps {

/// The ways to play together.
enum class Mode {
  call_response,  ///< the model listens, and answers once the performer has been silent
  polyphony,      ///< every performer frame gets one prediction, dt later
  battle,         ///< the model plays by itself and does not listen
  user_only,      ///< no predictions: the performance is logged
  duet,           ///< both at once: what is touched is the performer's, the rest the model's
};

/// "callresponse", "polyphony", "battle", "useronly", "duet": as config files and OSC spell them.
std::string_view name(Mode mode) noexcept;
/// The names above, their spellings with '-' or '_', and "filter", "harmony" (polyphony) and
/// "independent" (battle); any case.
std::optional<Mode> mode_from_name(std::string_view text) noexcept;

/// Whose frame it is, or who has the voice.
enum class Voice {
  performer,  ///< "interface" in logs
  model,      ///< "rnn" in logs
};

}  // namespace imps
