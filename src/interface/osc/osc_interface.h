// OSC: frames and commands in, frames and answers out.
#pragma once

#include <memory>

#include <boost/asio/io_context.hpp>

#include <imps/result.h>

#include "config/settings.h"
#include "interface/interface.h"
#include "interface/osc/counts.h"
#include "interface/osc/decoder.h"
#include "interface/osc/udp_port.h"

namespace imps {

class OscInterface final : public Interface, private OscSink, private UdpReceiver {
 public:
  /// Opens the port, see UdpPort::open().
  /// @param timetags  frames go out in bundles that say when they are due
  static Result<std::unique_ptr<OscInterface>> open(boost::asio::io_context& loop,
                                                    const OscSettings& settings, bool timetags);

  void start(Listener& listener) override;
  void stop() noexcept override { port_->stop(); }
  void expect_controls(std::size_t controls) override {
    decoder_.expect_controls(static_cast<int>(controls));
  }
  void sound(const Sound& sound, TimePoint now) override;
  /// OSC outputs hold nothing: a frame is where the controls stand.
  void release(TimePoint) override {}
  void tell_owner(const ControlSet& performer, std::size_t controls, TimePoint now) override;
  bool take(const Settings& settings, TimePoint now) override;
  void close() noexcept override { port_.reset(); }
  [[nodiscard]] std::string description() const override;
  void add_status(std::vector<StatusEntry>& entries) override;
  void take_news(std::vector<PortNews>& all, TimePoint now) override {
    if (auto fault = tally_.take_report(now)) all.push_back({.is_bad = true, .text = *fault});
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_->local_port(); }
  /// Up to date.
  const OscCounts& counts();
  /// A frame that was heard, and could not be used after all.
  void count_wrong() noexcept { ++tally_.counts.wrong_count; }
  /// One that was to wait, and did not.
  void count_acted_now() noexcept { ++tally_.counts.future_acted_now; }

 private:
  OscInterface(const OscSettings& settings, bool timetags);

  // OscSink
  void on_frame(std::span<const double> controls, Duration delay) override;
  void on_command(const Command& command, Duration delay) override;
  void on_ping() override;
  void on_status() override;
  // UdpReceiver
  void on_datagram(Bytes packet, const UdpEndpoint& sender) override;
  void on_batch_end(bool more_waits) override;

  const OscSettings settings_;
  const bool timetags_;
  OscTally tally_;
  OscDecoder decoder_;
  std::unique_ptr<UdpPort> port_;
  Listener* listener_ = nullptr;
  bool in_turn_ = false;
  PacketTime packet_time_;
  UdpEndpoint sender_;
};

}  // namespace imps
