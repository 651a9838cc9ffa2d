#include "config/suggest.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "config/keys.h"
#include "core/nearest.h"

namespace imps {
namespace {

using Standing = Key::Standing;
using Names = std::vector<std::string_view>;

Names sections() {
  Names names;
  for (const Key& key : keys()) {
    const std::string_view name = key.standing == Standing::no_effect ? key.path : section(key);
    if (!name.empty() && (names.empty() || names.back() != name)) names.push_back(name);
  }
  return names;
}

}  // namespace

bool is_section(std::string_view name) {
  return std::any_of(keys().begin(), keys().end(),
                     [&](const Key& key) { return !name.empty() && section(key) == name; });
}

std::string meant_key(std::string_view in_section, std::string_view name) {
  Names own;
  Names impsys;
  std::string_view elsewhere;
  for (const Key& key : keys()) {
    if (key.standing == Standing::no_effect) continue;
    const bool is_own = key.standing != Standing::impsy;
    if (section(key) == in_section) (is_own ? own : impsys).push_back(leaf(key));
    if (is_own && leaf(key) == name) elsewhere = key.path;
  }
  if (!elsewhere.empty()) return fmt::format(" (did you mean '{}'?)", elsewhere);

  // Of two that are equally near the first one is taken.
  Names here = own;
  here.insert(here.end(), impsys.begin(), impsys.end());
  if (in_section.empty()) {
    const Names more = sections();
    here.insert(here.end(), more.begin(), more.end());
  }
  const std::string_view meant = nearest(name, here);
  if (meant.empty()) return "";
  const std::string_view dot = in_section.empty() ? "" : ".";
  return fmt::format(" (did you mean '{}{}{}'?)", in_section, dot, meant);
}

std::string meant_section(std::string_view name) { return did_you_mean(name, sections()); }

}  // namespace imps
