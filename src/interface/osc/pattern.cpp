#include "interface/osc/pattern.h"

#include <bitset>

namespace imps {
namespace {

// The places in the address that the pattern read so far can have reached. All of them are
// followed at once, so that no pattern can make it try the same place twice.
using Places = std::bitset<kLongestPattern + 1>;

/// `set` is what stands between the brackets.
bool in_set(std::string_view set, char c) noexcept {
  bool inside = true;
  if (!set.empty() && set.front() == '!') {
    inside = false;
    set.remove_prefix(1);
  }
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (i + 2 < set.size() && set[i + 1] == '-') {
      const char low = set[i] < set[i + 2] ? set[i] : set[i + 2];
      const char high = set[i] < set[i + 2] ? set[i + 2] : set[i];
      if (low <= c && c <= high) return inside;
      i += 2;
    } else if (set[i] == c) {
      return inside;
    }
  }
  return !inside;
}

/// From each place to the one after it, where the character between satisfies `fits`.
template <class Fits>
Places step(const Places& from, std::string_view address, Fits fits) noexcept {
  Places to;
  for (std::size_t i = 0; i < address.size(); ++i) {
    if (from[i] && fits(address[i])) to.set(i + 1);
  }
  return to;
}

}  // namespace

bool is_osc_pattern(std::string_view address) noexcept {
  return address.find_first_of("*?[{") != std::string_view::npos;
}

bool osc_pattern_matches(std::string_view pattern, std::string_view address) noexcept {
  if (pattern.size() > kLongestPattern || address.size() > kLongestPattern) return false;
  Places places;
  places.set(0);
  while (!pattern.empty() && places.any()) {
    const char c = pattern.front();
    pattern.remove_prefix(1);
    if (c == '*') {
      for (std::size_t i = 0; i < address.size(); ++i) {
        if (places[i] && address[i] != '/') places.set(i + 1);
      }
    } else if (c == '?') {
      places = step(places, address, [](char at) { return at != '/'; });
    } else if (c == '[') {
      const auto end = pattern.find(']');
      if (end == std::string_view::npos) return false;
      const auto set = pattern.substr(0, end);
      pattern.remove_prefix(end + 1);
      places = step(places, address, [set](char at) { return at != '/' && in_set(set, at); });
    } else if (c == '{') {
      const auto end = pattern.find('}');
      if (end == std::string_view::npos) return false;
      auto choices = pattern.substr(0, end);
      pattern.remove_prefix(end + 1);
      Places reached;
      for (;;) {
        const auto comma = choices.find(',');
        Places one = places;
        for (const char wanted : choices.substr(0, comma)) {
          one = step(one, address, [wanted](char at) { return at == wanted; });
        }
        reached |= one;
        if (comma == std::string_view::npos) break;
        choices.remove_prefix(comma + 1);
      }
      places = reached;
    } else {
      places = step(places, address, [c](char at) { return at == c; });
    }
  }
  return pattern.empty() && places[address.size()];
}

}  // namespace imps
