#include <cctype>
#include <string>

#include <imps/mode.h>

namespace imps {

std::string_view name(Mode mode) noexcept {
  switch (mode) {
    case Mode::call_response:
      return "callresponse";
    case Mode::polyphony:
      return "polyphony";
    case Mode::battle:
      return "battle";
    case Mode::user_only:
      return "useronly";
    case Mode::duet:
      return "duet";
  }
  return "";
}

std::optional<Mode> mode_from_name(std::string_view text) noexcept {
  constexpr std::size_t kLongest = 20;
  if (text.size() > kLongest) return std::nullopt;
  char letters[kLongest];
  std::size_t n = 0;
  for (const char c : text) {
    if (c == '-' || c == '_') continue;
    letters[n++] = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  const std::string_view word(letters, n);
  if (word == "callresponse") return Mode::call_response;
  if (word == "polyphony" || word == "filter" || word == "harmony") return Mode::polyphony;
  if (word == "battle" || word == "independent") return Mode::battle;
  if (word == "useronly") return Mode::user_only;
  if (word == "duet") return Mode::duet;
  return std::nullopt;
}

}  // namespace imps
