#include "interface/serial/serial_interface.h"

#include <algorithm>

#include <fmt/format.h>

#include "interface/frame_values.h"

namespace imps {
namespace {

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

SerialInterface::SerialInterface(boost::asio::io_context& loop, const SerialSettings& settings)
    : line_(loop, settings.port, settings.baudrate),
      output_(
          loop, settings.baudrate / SerialLine::kBitsAByte,
          [this](const Sound& sound, TimePoint) {
            const std::string text = line_of(sound.controls);
            ++(line_.write(bytes_of(text)) ? tally_.counts.sent : tally_.counts.not_sent);
            return text.size();
          },
          [this] { return line_.is_stalled(); }) {}

void SerialInterface::start(Listener& listener) {
  listener_ = &listener;
  line_.start({.on_bytes = [this](std::span<const std::uint8_t> bytes) { on_bytes(bytes); },
               .on_change = [this](bool) { reader_.reset(); }});
}

void SerialInterface::stop() noexcept {
  listener_ = nullptr;
  line_.stop();
}

void SerialInterface::on_bytes(std::span<const std::uint8_t> bytes) {
  const std::uint64_t too_long = reader_.too_long();
  reader_.put(bytes);
  listener_->begin_turn();
  while (const auto line = reader_.next())
    on_line(*line);
  if (reader_.too_long() > too_long)
    tally_.fault(&PortCounts::malformed, "a line of more than 4096 bytes",
                 reader_.too_long() - too_long);
  listener_->end_turn(false);
}

void SerialInterface::on_line(std::string_view line) {
  ++tally_.counts.messages;
  auto values = read_values(line);
  if (!values) {
    tally_.fault(&PortCounts::malformed, "a line that is not numbers with commas between");
    return;
  }
  // We may have come in the middle of it: "0.53" is then "3".
  const bool is_fragment =
      reader_.is_first() &&
      !std::all_of(values->begin(), values->end(), [](double x) { return x >= 0 && x <= 1; });
  if (is_fragment) {
    tally_.fault(&PortCounts::malformed, "the line that was under way when the device came");
  } else if (settle_frame(*values, controls_, tally_)) {
    ++tally_.counts.moves;
    listener_->on_frame(*values, Duration{0});
  }
}

bool SerialInterface::take(const Settings& settings, TimePoint) {
  return settings.serial.port == line_.port() && settings.serial.baudrate == line_.baudrate();
}

bool SerialInterface::is_sending() const noexcept {
  return line_.is_connected() && (output_.is_waiting() || line_.waiting() > 0);
}

std::string SerialInterface::description() const {
  return fmt::format("a serial line, {} at {} baud", line_.port(), line_.baudrate());
}

std::string SerialInterface::description_now() const {
  return description() + (line_.is_connected() ? "" : " (not there)");
}

void SerialInterface::add_status(std::vector<StatusEntry>& entries) {
  entries.push_back({"serial_connected", std::int64_t{line_.is_connected()}});
  tally_.add_status(entries);
}

void SerialInterface::take_news(std::vector<PortNews>& all, TimePoint now) {
  if (auto news = news_.take("serial", line_)) all.push_back(std::move(*news));
  if (auto fault = tally_.take_report(now)) all.push_back({.is_bad = true, .text = *fault});
}

}  // namespace imps
