// Any text on the live socket: nothing but numbers in range may come of it.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <imps/frame.h>

#include "web/live_text.h"

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

class Watchman final : public imps::StageDoor {
 public:
  imps::Result<void> play(const std::vector<double>& controls) override {
    require(!controls.empty() && controls.size() <= imps::kMaxControls);
    for (const double x : controls)
      check(x);
    return {};
  }
  imps::Result<void> move(const std::vector<std::pair<std::size_t, double>>& changes) override {
    require(!changes.empty() && changes.size() <= imps::kMaxControls);
    for (const auto& [control, x] : changes) {
      require(control < imps::kMaxControls);
      check(x);
    }
    return {};
  }
  imps::Result<void> say(const imps::Command& command) override {
    require(std::isfinite(command.number));
    require(command.text.size() <= 255);
    return {};
  }
  void watch(bool) override {}

 private:
  static void check(double x) { require(std::isfinite(x) && x >= 0 && x <= 1); }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Watchman watchman;
  const auto done =
      imps::act_on_live_message({reinterpret_cast<const char*>(data), size}, watchman);
  require(done || !done.error().message.empty());
  return 0;
}
