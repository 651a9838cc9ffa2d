#include "session/hand.h"

#include <algorithm>

namespace imps {

void Hand::expect(std::size_t controls) noexcept {
  if (frame_.controls().size() == controls) return;
  known_.reset();
  frame_.resize(controls);
  std::fill(frame_.controls().begin(), frame_.controls().end(), kUntouched);
}

ControlSet Hand::take(std::span<const ControlUpdate> updates) noexcept {
  ControlSet touched;
  for (const ControlUpdate& update : updates) {
    if (update.control >= frame_.controls().size()) continue;
    frame_.controls()[update.control] = update.value;
    touched.set(update.control);
  }
  known_ |= touched;
  return touched;
}

ControlSet Hand::take(std::span<const double> controls) noexcept {
  ControlSet touched;
  const auto before = frame_.controls();
  for (std::size_t k = 0; k < controls.size(); ++k)
    touched.set(k, k >= before.size() || controls[k] != before[k] || !known_.test(k));
  frame_ = FrameView{0, controls};
  known_.set();
  return touched;
}

}  // namespace imps
