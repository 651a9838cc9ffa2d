// One who looks on: a live socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "web/server_impl.h"

namespace imps {

/// What it misses because it is slow is dropped, and it is told all later.
class WebServer::Impl::Viewer : public std::enable_shared_from_this<Viewer> {
 public:
  Viewer(std::shared_ptr<Impl> server, Stream&& stream);
  ~Viewer();
  Viewer(const Viewer&) = delete;
  Viewer& operator=(const Viewer&) = delete;

  void begin(const boost::beast::http::request<boost::beast::http::string_body>& request);
  /// @param events  in the message
  void hear(const std::shared_ptr<const std::string>& text, std::size_t events);
  void end() noexcept;

 private:
  static constexpr std::size_t kLongestMessage = 16 * 1024;  // of a viewer

  void catch_up();
  void put(std::shared_ptr<const std::string> text);
  void write();
  void read();

  const std::shared_ptr<Impl> server_;
  boost::beast::websocket::stream<Stream> socket_;
  boost::beast::flat_buffer buffer_{kLongestMessage + 1024};
  std::deque<std::shared_ptr<const std::string>> waiting_;
  bool is_behind_ = false;
  std::uint64_t missed_ = 0;
  bool open_ = false;
};

}  // namespace imps
