#include "session/turn.h"

namespace imps {

Turn::Turn() {
  // A turn's worth of datagrams of one frame each, at a usual dimension.
  events_.reserve(1024);
  values_.reserve(16 * 1024);
  commands_.reserve(16);
}

void Turn::add(std::span<const double> controls, const ControlSet& touched, TimePoint at) {
  events_.push_back(
      {.at = at, .first = values_.size(), .size = controls.size(), .touched = touched});
  values_.insert(values_.end(), controls.begin(), controls.end());
  ++frames_;
}

void Turn::add(const Command& command, TimePoint at) {
  events_.push_back({.at = at, .command = commands_.size()});
  commands_.push_back(command);
}

void Turn::clear() noexcept {
  events_.clear();
  values_.clear();
  commands_.clear();
  frames_ = 0;
}

}  // namespace imps
