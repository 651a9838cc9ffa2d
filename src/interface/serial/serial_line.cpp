#include "interface/serial/serial_line.h"

#include <cerrno>
#include <utility>

#include <boost/asio/post.hpp>
#include <unistd.h>

#include "platform/serial_port.h"

namespace imps {

namespace asio = boost::asio;

SerialLine::SerialLine(asio::io_context& loop, std::string port, int baudrate)
    : loop_(loop), port_(std::move(port)), baudrate_(baudrate), line_(loop) {
  waiting_.reserve(kMostWaiting);
}

SerialLine::~SerialLine() {
  alive_.reset();
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  wake_.notify_one();
  if (opener_.joinable()) opener_.join();
}

void SerialLine::start(Events events) {
  events_ = std::move(events);
  hears_ = true;
  opener_ = std::thread([this] { look(); });
}

void SerialLine::stop() noexcept {
  hears_ = false;
  const std::lock_guard lock(mutex_);
  wanted_ = false;
}

void SerialLine::close() noexcept {
  stop();
  boost::system::error_code ignored;
  line_.close(ignored);
  waiting_.clear();
}

std::string SerialLine::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

/// The opener's thread.
void SerialLine::look() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return wanted_ || ends_; });
    if (ends_) return;
    lock.unlock();
    const auto path = platform::find_serial_port(port_);
    const auto fd = path ? platform::open_serial_port(*path, baudrate_)
                         : Result<int>(Error{port_ + ": is not plugged in"});
    lock.lock();
    if (fd && ends_) {
      ::close(*fd);
      return;
    }
    trouble_ = fd ? "" : fd.error().message;
    if (fd) {
      wanted_ = false;
      asio::post(loop_, [this, alive = std::weak_ptr(alive_), opened = *fd] {
        if (alive.expired()) {
          ::close(opened);
        } else {
          take(opened);
        }
      });
    } else {
      wake_.wait_for(lock, kTryEvery, [this] { return ends_; });
    }
  }
}

void SerialLine::take(int fd) {
  if (!hears_) {
    ::close(fd);
    return;
  }
  line_.assign(fd);
  waiting_.clear();
  events_.on_change(true);
  read();
}

void SerialLine::read() {
  line_.async_read_some(asio::buffer(read_),
                        [this, alive = std::weak_ptr(alive_)](
                            const boost::system::error_code& error, std::size_t count) {
                          if (alive.expired() || error == asio::error::operation_aborted) return;
                          if (error) {
                            lose();
                            return;
                          }
                          if (!hears_) return;
                          events_.on_bytes(std::span(read_).first(count));
                          if (line_.is_open()) read();
                        });
}

/// Unplugged.
void SerialLine::lose() {
  if (!line_.is_open()) return;
  boost::system::error_code ignored;
  line_.close(ignored);
  waiting_.clear();
  events_.on_change(false);
  {
    const std::lock_guard lock(mutex_);
    wanted_ = hears_;
  }
  wake_.notify_one();
}

bool SerialLine::write(std::span<const std::uint8_t> bytes) {
  if (!line_.is_open()) return false;
  std::size_t written = 0;
  if (waiting_.empty()) {
    const ssize_t now = ::write(line_.native_handle(), bytes.data(), bytes.size());
    if (now < 0 && errno != EAGAIN && errno != EINTR) {
      lose();
      return false;
    }
    written = now > 0 ? static_cast<std::size_t>(now) : 0;
    if (written == bytes.size()) return true;
  }
  // A message that was begun is ended.
  if (written == 0 && waiting_.size() + bytes.size() > kMostWaiting) return false;
  const auto rest = bytes.subspan(written);
  waiting_.insert(waiting_.end(), rest.begin(), rest.end());
  if (!writes_) write_waiting();
  return true;
}

void SerialLine::write_waiting() {
  writes_ = true;
  line_.async_wait(asio::posix::stream_descriptor::wait_write,
                   [this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
                     if (alive.expired()) return;
                     writes_ = false;
                     if (!line_.is_open()) return;
                     if (error) {  // of a line that was there before this one
                       if (!waiting_.empty()) write_waiting();
                       return;
                     }
                     const ssize_t now =
                         ::write(line_.native_handle(), waiting_.data(), waiting_.size());
                     if (now < 0 && errno != EAGAIN && errno != EINTR) {
                       lose();
                       return;
                     }
                     if (now > 0) waiting_.erase(waiting_.begin(), waiting_.begin() + now);
                     if (!waiting_.empty()) write_waiting();
                   });
}

}  // namespace imps
