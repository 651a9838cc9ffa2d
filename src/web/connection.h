// One HTTP connection: its requests, one after the other.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>

#include "web/api.h"
#include "web/reply_headers.h"
#include "web/server_impl.h"
#include "web/target.h"

namespace imps {

/// Why somebody is not let in.
struct Refusal {
  unsigned status = 0;
  std::string_view why;
};

class WebServer::Impl::Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// @param is_here  it comes from this machine
  Connection(std::shared_ptr<Impl> server, boost::asio::ip::tcp::socket&& socket, bool is_here);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Waits for the first request, with or without encryption.
  void begin();
  void end() noexcept;

 private:
  using ErrorCode = boost::system::error_code;
  using Body = boost::beast::http::string_body;

  static constexpr std::size_t kLongestHead = 16 * 1024;
  static constexpr std::size_t kMostDropped = 256 * 1024 * 1024;  // of what is not taken

  void on_first(std::size_t count);
  void read(std::chrono::milliseconds patience);
  void on_head(const ErrorCode& error);
  void read_body();
  void on_body(const ErrorCode& error);
  /// The way to the encrypted page, for who asks without encryption.
  void redirect();
  /// Rather than for data.
  [[nodiscard]] bool asks_for_page() const;
  /// Who asks, and whether they may; nothing when they may.
  std::optional<Refusal> look();
  [[nodiscard]] const ApiResource* find_resource() const;
  void on_api();
  void on_live();
  void on_page();
  void reply(ApiReply answer, bool goes_on = true);
  void write(WebResponse response, bool goes_on);
  void hear_out();
  void drop_rest(std::size_t most);
  void finish();
  void give_back_bytes() noexcept;

  const std::shared_ptr<Impl> server_;
  Stream stream_;
  boost::beast::flat_buffer buffer_{kLongestHead + 64 * 1024};
  std::optional<boost::beast::http::request_parser<Body>> request_;
  std::optional<boost::beast::http::response_serializer<Body>> serializer_;
  std::optional<RequestTarget> target_;
  WebResponse response_;
  std::size_t bytes_ = 0;
  const bool is_here_;
  bool is_secure_ = false;  // encrypted
  bool token_from_link_ = false;
};

}  // namespace imps
