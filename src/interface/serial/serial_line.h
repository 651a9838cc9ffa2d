// A serial line that may vanish and return: bytes in, bytes out.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <imps/time.h>

namespace imps {

/// Opens the line on a thread of its own, as soon as it is there and again when it has gone; all
/// else is on the loop's thread. What cannot be written at once waits, up to kMostWaiting bytes.
class SerialLine {
 public:
  static constexpr std::size_t kMostWaiting = 4096;
  static constexpr double kBitsAByte = 10;  ///< a start bit, eight of data, a stop bit
  static constexpr auto kTryEvery = std::chrono::milliseconds(250);

  struct Events {
    std::function<void(std::span<const std::uint8_t>)> on_bytes;
    /// The line is there, or gone: what was begun is void.
    std::function<void(bool connected)> on_change;
  };

  /// @param port  a path, or "usb:VENDOR:PRODUCT"
  SerialLine(boost::asio::io_context& loop, std::string port, int baudrate);
  ~SerialLine();
  SerialLine(const SerialLine&) = delete;
  SerialLine& operator=(const SerialLine&) = delete;

  void start(Events events);
  /// Nothing is read any more; writing still works.
  void stop() noexcept;
  /// Nor written: the line is for others to open.
  void close() noexcept;

  /// False when the bytes are dropped: the line is not there, or too much waits. Realtime-safe.
  bool write(std::span<const std::uint8_t> bytes);
  [[nodiscard]] bool is_connected() const noexcept { return line_.is_open(); }
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }
  /// It is there, but takes nothing: what was written waits.
  [[nodiscard]] bool is_stalled() const noexcept { return line_.is_open() && !waiting_.empty(); }
  [[nodiscard]] const std::string& port() const noexcept { return port_; }
  [[nodiscard]] int baudrate() const noexcept { return baudrate_; }
  /// Why it is not there, the last time it was tried; "" when it is. Thread-safe.
  [[nodiscard]] std::string trouble() const;

 private:
  void look();
  void take(int fd);
  void read();
  void write_waiting();
  void lose();

  boost::asio::io_context& loop_;
  const std::string port_;
  const int baudrate_;
  Events events_;
  boost::asio::posix::stream_descriptor line_;
  std::array<std::uint8_t, 1024> read_{};
  std::vector<std::uint8_t> waiting_;
  bool writes_ = false;
  bool hears_ = false;
  std::shared_ptr<char> alive_ = std::make_shared<char>('\0');

  mutable std::mutex mutex_;  // of what follows
  std::condition_variable wake_;
  bool wanted_ = true;  // to be opened
  bool ends_ = false;
  std::string trouble_;
  std::thread opener_;
};

}  // namespace imps
