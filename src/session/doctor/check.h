// What a look at one thing has found.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace imps::doctor {

struct Check {
  enum class State {
    well,
    doubtful,  ///< it can be performed, but something may go wrong or get lost
    bad,       ///< it cannot be performed as it is set up
  };
  std::string name;  ///< "OSC port"
  State state = State::well;
  std::string words;  ///< what was found, with figures; may have several lines
  std::string help;   ///< what to do; empty when all is well

  friend bool operator==(const Check&, const Check&) = default;
};

/// "well", "doubtful", "bad".
std::string_view word(Check::State state) noexcept;

/// The worst of all; well when there are none.
Check::State worst(std::span<const Check> checks) noexcept;

/// A JSON array of objects with "name", "state", "words" and "help".
std::string to_json(std::span<const Check> checks);

/// "740 MB", "1.2 GB": rounded, for people.
std::string size_words(std::uint64_t bytes);

}  // namespace imps::doctor
