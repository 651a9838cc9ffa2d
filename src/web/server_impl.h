// What the connections and the viewers of a server share.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/basic_stream.hpp>

#include "web/server.h"
#include "web/tls_front.h"

namespace imps {

class WebServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::io_context& loop, Options options, StageDoor& door);

  Result<void> open();
  Result<void> listen();
  Result<void> listen_at(const boost::asio::ip::tcp::endpoint& endpoint);
  void accept(std::size_t acceptor);
  void close() noexcept;
  void send();
  [[nodiscard]] std::vector<std::string> links() const;

  /// A client, or the inner end of what it says encrypted.
  using Stream = boost::beast::basic_stream<boost::asio::generic::stream_protocol>;
  class Connection;
  class Viewer;

  void add_viewer(const std::shared_ptr<Viewer>& viewer);
  void remove_viewer(const Viewer* viewer);
  [[nodiscard]] ApiReply answer_own(std::string_view resource, const ApiRequest& request);

  boost::asio::io_context& loop_;
  Options options_;
  StageDoor& door_;
  std::string token_;              // "" when it is not shared
  std::unique_ptr<TlsFront> tls_;  // null without a certificate
  std::vector<boost::asio::ip::tcp::acceptor> acceptors_;
  std::uint16_t port_ = 0;
  std::vector<std::weak_ptr<Connection>> connections_;
  std::size_t connection_count_ = 0;
  std::size_t bytes_ = 0;  // of the requests that come in
  std::vector<std::shared_ptr<Viewer>> viewers_;
  std::size_t viewer_count_ = 0;  // with those who are still shaking hands
  LiveNews news_;
  std::atomic<bool> closed_{false};  // asked for by the slow thread, too
  boost::asio::thread_pool slow_{1};
};

}  // namespace imps
