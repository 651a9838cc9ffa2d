// How controls get from the performer's devices to the model, and from the model to the outputs,
// where that is not one to one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <imps/result.h>

namespace imps {

/// Where one control's value comes from.
struct Route {
  int source = 0;              ///< the control it comes from, from 1; 0: from none, it is held
  double least = 0;            ///< what 0 becomes, [0, 1]
  double most = 1;             ///< what 1 becomes, [0, 1]; below `least`, it is turned over
  std::optional<double> held;  ///< of a held one: where it stands; else it stays where it was

  friend bool operator==(const Route&, const Route&) = default;
};

/// "3": the third control; "3 0.2 0.8": scaled; "3 1 0": turned over; "hold 0.5", "hold". Errors
/// say what is wrong and what to give.
Result<Route> route_from_text(std::string_view text);

/// The text that route_from_text() reads as `route`.
std::string to_text(const Route& route);

}  // namespace imps
