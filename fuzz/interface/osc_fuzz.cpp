// Any bytes as an OSC packet: nothing but finite numbers in range and sane times may come of them,
// and what is counted must be what was handed on.
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "interface/osc/decoder.h"

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

class Watchman : public imps::OscSink {
 public:
  explicit Watchman(int controls) : controls_(controls) {}
  std::uint64_t frames = 0;
  std::uint64_t commands = 0;
  std::uint64_t queries = 0;

  void on_frame(std::span<const double> controls, imps::Duration delay) override {
    ++frames;
    check(delay);
    require(!controls.empty() && controls.size() <= imps::kMaxControls);
    require(controls_ == 0 || controls.size() == static_cast<std::size_t>(controls_));
    for (const double x : controls)
      require(std::isfinite(x) && x >= 0 && x <= 1);
  }
  void on_command(const imps::Command& command, imps::Duration delay) override {
    ++commands;
    check(delay);
    require(std::isfinite(command.number));
    require(command.text.size() <= 255);
    // A model is a file of one folder.
    require(command.kind != imps::Command::Kind::model ||
            command.text.find('/') == std::string::npos);
  }
  void on_ping() override { ++queries; }
  void on_status() override { ++queries; }

 private:
  static void check(imps::Duration delay) {
    require(delay >= imps::Duration{0} && delay <= std::chrono::seconds(10));
  }
  int controls_;
};

}  // namespace

// The first byte says how many controls are expected, the rest is the packet.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const int controls = data[0] % (imps::kMaxControls + 1);
  imps::OscTally tally("/interface");
  imps::OscDecoder decoder("/interface", tally);
  decoder.expect_controls(controls);
  Watchman watchman(controls);
  const imps::PacketTime now{std::chrono::seconds(1'900'000'000)};
  decoder.decode(std::as_bytes(std::span(data + 1, size - 1)), now, watchman);

  require(tally.counts.packets == 1);
  require(tally.counts.malformed <= 1);
  require(tally.counts.malformed == 0 || tally.counts.messages == 0);
  require(tally.counts.frames == watchman.frames);
  require(tally.counts.commands == watchman.commands);
  require(tally.counts.queries == watchman.queries);
  if (const auto report = tally.take_report(imps::TimePoint{})) {
    for (const char c : *report)
      require(c >= 0x20 && c < 0x7f);
  }
  return 0;
}
