// A serial line of text: frames as comma-separated values, both ways.
#pragma once

#include <boost/asio/io_context.hpp>

#include "config/settings.h"
#include "interface/coalescer.h"
#include "interface/interface.h"
#include "interface/port_tally.h"
#include "interface/serial/line_news.h"
#include "interface/serial/line_reader.h"
#include "interface/serial/serial_line.h"

namespace imps {

/// doc/formats/serial.md. A line that is not plugged in is waited for. Sounding allocates.
class SerialInterface final : public Interface {
 public:
  SerialInterface(boost::asio::io_context& loop, const SerialSettings& settings);

  void start(Listener& listener) override;
  void stop() noexcept override;
  void expect_controls(std::size_t controls) override { controls_ = controls; }
  void sound(const Sound& sound, TimePoint now) override { output_.sound(sound, now); }
  /// The line holds nothing: a frame is where the controls stand.
  void release(TimePoint) override {}
  bool take(const Settings& settings, TimePoint now) override;
  void close() noexcept override { line_.close(); }
  [[nodiscard]] bool is_sending() const noexcept override;
  [[nodiscard]] std::string description() const override;
  [[nodiscard]] std::string description_now() const override;
  void add_status(std::vector<StatusEntry>& entries) override;
  void take_news(std::vector<PortNews>& all, TimePoint now) override;

 private:
  void on_bytes(std::span<const std::uint8_t> bytes);
  void on_line(std::string_view line);

  SerialLine line_;
  LineReader reader_;
  Coalescer output_;
  std::size_t controls_ = 0;
  PortTally tally_{"serial"};
  LineNews news_;
  Listener* listener_ = nullptr;
};

}  // namespace imps
