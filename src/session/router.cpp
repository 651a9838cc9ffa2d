#include "session/router.h"

#include <algorithm>

namespace imps {
namespace {

/// Where a control stands that was held before anything was known of it.
constexpr double kUnknown = 0.5;

double routed(const Route& route, std::span<const double> controls, double before) noexcept {
  if (route.source == 0) return route.held.value_or(before);
  const auto source = static_cast<std::size_t>(route.source - 1);
  if (source >= controls.size()) return before;
  return route.least + (route.most - route.least) * controls[source];
}

/// Whether what the route comes from is one of `moved`.
bool is_from(const Route& route, const ControlSet& moved) noexcept {
  return route.source > 0 && moved.test(static_cast<std::size_t>(route.source - 1));
}

ControlSet moved_over(const std::vector<Route>& routes, const ControlSet& moved) noexcept {
  if (routes.empty()) return moved;
  ControlSet over;
  for (std::size_t k = 0; k < routes.size(); ++k)
    over.set(k, is_from(routes[k], moved));
  return over;
}

}  // namespace

Router::Router(const RouteSettings& routes) {
  in_.fill(kUnknown);
  out_.fill(kUnknown);
  set(routes);
}

void Router::set(const RouteSettings& routes) {
  routes_ = routes;
  fresh_.reset();
  for (std::size_t k = 0; k < routes_.output.size(); ++k)
    fresh_.set(k, routes_.output[k].held.has_value());
}

std::span<const double> Router::in(std::span<const double> controls, ControlSet& touched) noexcept {
  if (routes_.input.empty()) return controls;
  touched = moved_by(touched);
  for (std::size_t k = 0; k < routes_.input.size(); ++k)
    in_[k] = routed(routes_.input[k], controls, in_[k]);
  return std::span(in_).first(routes_.input.size());
}

Sound Router::out(const Sound& sound) noexcept {
  const std::size_t count = routes_.output.size();
  if (count == 0) {
    // For outputs that will be held where they stand.
    std::copy(sound.controls.begin(), sound.controls.end(), out_.begin());
    return sound;
  }
  Sound routed_sound{.controls = std::span<const double>(out_).first(count),
                     .touched = heard_as(sound.touched) | fresh_,
                     .due = sound.due,
                     .velocities = {}};
  fresh_.reset();
  for (std::size_t k = 0; k < count; ++k) {
    const Route& route = routes_.output[k];
    out_[k] = routed(route, sound.controls, out_[k]);
    const auto source = static_cast<std::size_t>(std::max(route.source - 1, 0));
    velocities_[k] =
        route.source > 0 && source < sound.velocities.size() ? sound.velocities[source] : 0;
  }
  if (!sound.velocities.empty()) routed_sound.velocities = std::span(velocities_).first(count);
  return routed_sound;
}

ControlSet Router::moved_by(const ControlSet& performers) const noexcept {
  return moved_over(routes_.input, performers);
}

ControlSet Router::heard_as(const ControlSet& models) const noexcept {
  return moved_over(routes_.output, models);
}

}  // namespace imps
