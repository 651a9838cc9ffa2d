// The ports that are listened on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/settings.h"
#include "platform/port_owner.h"
#include "session/doctor/check.h"

namespace imps::doctor {

struct PortFacts {
  enum class Found {
    unused,      ///< and can be had
    ours,        ///< this program has it
    taken,       ///< somebody else has it
    impossible,  ///< it is refused for another reason
  };
  std::string name;  ///< "OSC port"
  std::string key;   ///< that says which: "osc.listen"; "" for the page's
  Endpoint listen;
  Found found = Found::unused;
  std::optional<platform::PortOwner> owner;  ///< who has it, where the system tells
  std::string trouble;                       ///< why it is impossible
};

/// Binds each configured port for a moment, as a performance does.
/// @param page        where the page is; none when there is none
/// @param performing  this program performs, so that what is taken is taken by itself
std::vector<PortFacts> look_at_network(const Settings& settings,
                                       const std::optional<Endpoint>& page, bool performing);

/// A port that cannot be had is bad; the page's is doubtful, as it is played on without it.
Check judge(const PortFacts& facts);

}  // namespace imps::doctor
