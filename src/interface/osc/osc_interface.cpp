#include "interface/osc/osc_interface.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "config/endpoint.h"
#include "interface/osc/encoder.h"

namespace imps {

OscInterface::OscInterface(const OscSettings& settings, bool timetags)
    : settings_(settings),
      timetags_(timetags),
      tally_(settings.input_address),
      decoder_(settings.input_address, tally_) {}

Result<std::unique_ptr<OscInterface>> OscInterface::open(boost::asio::io_context& loop,
                                                         const OscSettings& settings,
                                                         bool timetags) {
  std::unique_ptr<OscInterface> osc(new OscInterface(settings, timetags));
  auto port = UdpPort::open(loop, settings.listen, settings.outputs, osc->tally_);
  if (!port) return port.error();
  osc->port_ = std::move(*port);
  return osc;
}

void OscInterface::start(Listener& listener) {
  listener_ = &listener;
  port_->start(*this);
}

void OscInterface::on_datagram(Bytes packet, const UdpEndpoint& sender) {
  if (!std::exchange(in_turn_, true)) {
    listener_->begin_turn();
    packet_time_ = std::chrono::system_clock::now();
  }
  sender_ = sender;
  decoder_.decode(packet, packet_time_, *this);
}

void OscInterface::on_batch_end(bool more_waits) {
  in_turn_ = false;
  listener_->end_turn(more_waits);
}

void OscInterface::on_frame(std::span<const double> controls, Duration delay) {
  listener_->on_frame(controls, delay);
}

void OscInterface::on_command(const Command& command, Duration delay) {
  listener_->on_command(command, delay);
}

void OscInterface::on_ping() {
  std::array<std::byte, 64> buffer;
  if (const auto packet = encode_pong(buffer)) port_->reply(*packet, sender_);
}

void OscInterface::on_status() {
  std::vector<std::byte> buffer(kLargestDatagram);
  if (const auto packet = encode_status(buffer, listener_->status()))
    port_->reply(*packet, sender_);
}

void OscInterface::sound(const Sound& sound, TimePoint now) {
  std::array<std::byte, 4096> buffer;
  OscPacket packet;
  if (timetags_) {
    const auto when = std::chrono::system_clock::now() + (sound.due - now);
    packet = encode_frame_at(buffer, to_ntp(when), settings_.output_address, sound.controls);
  } else {
    packet = encode_frame(buffer, settings_.output_address, sound.controls);
  }
  if (packet) {
    port_->send(*packet, now);
  } else {
    ++tally_.counts.send_errors;
  }
}

void OscInterface::tell_owner(const ControlSet& performer, std::size_t controls, TimePoint now) {
  std::array<std::byte, 1024> buffer;
  if (const auto packet = encode_owner(buffer, performer, controls)) port_->send(*packet, now);
}

bool OscInterface::take(const Settings& settings, TimePoint) {
  OscSettings next = settings.osc;
  if (settings_.listen.port == 0 && next.listen.port == port()) next.listen.port = 0;
  return next == settings_ && settings.interaction.ahead == timetags_;
}

std::string OscInterface::description() const {
  return fmt::format("listening for OSC on {}, {}; answering {} at {}",
                     to_text(Endpoint{settings_.listen.host, port()}), settings_.input_address,
                     settings_.output_address, to_text(settings_.outputs));
}

const OscCounts& OscInterface::counts() {
  port_->count_losses();
  return tally_.counts;
}

void OscInterface::add_status(std::vector<StatusEntry>& entries) {
  const OscCounts& now = counts();
  for (const OscCountName& count : osc_count_names())
    entries.push_back({count.name, static_cast<std::int64_t>(now.*count.count)});
}

}  // namespace imps
