// Encryption for the page: TLS outside, the same bytes in clear inside.
#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>

#include <imps/result.h>

namespace imps {

/// Shakes hands with those who connect, and passes on what they say through a pair of sockets
/// within this process, so that the server has to know nothing of it. All arithmetic is on a thread
/// of its own. What a client may take is bounded: connections, and seconds for whatever it is
/// waited for.
class TlsFront {
 public:
  static constexpr std::size_t kMostPipes = 256;  ///< three descriptors each
  /// While there are so many, other machines are turned away: this one still gets in.
  static constexpr std::size_t kMostOfOthers = 224;

  /// @param certificate  PEM: the certificate, then those that vouch for it
  /// @param key  PEM, without a passphrase; "" when it is in the certificate's file
  static Result<std::unique_ptr<TlsFront>> open(const std::filesystem::path& certificate,
                                                const std::filesystem::path& key);
  /// Breaks off what goes on.
  ~TlsFront();
  TlsFront(const TlsFront&) = delete;
  TlsFront& operator=(const TlsFront&) = delete;

  /// Speaks TLS on `outside` until either end closes. The inner end, on `loop`.
  /// @param outside  a TCP connection
  /// @param is_here  it comes from this machine
  /// @param heard  what has been read of `outside` already; at most 16 KiB
  /// Thread-safe: yes.
  Result<boost::asio::local::stream_protocol::socket> take(
      boost::asio::io_context& loop, boost::asio::generic::stream_protocol::socket outside,
      bool is_here, std::span<const std::byte> heard);

  /// The hosts that the certificate is for, names first, then addresses; without those of many
  /// ("*.example.org").
  [[nodiscard]] const std::vector<std::string>& hosts() const noexcept { return hosts_; }

 private:
  class Pipe;
  TlsFront() = default;

  std::atomic<std::size_t> pipes_{0};  // which they count themselves out of, with the loop
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      loop_.get_executor()};
  boost::asio::ssl::context context_{boost::asio::ssl::context::tls_server};
  std::vector<std::string> hosts_;
  std::thread thread_;
};

/// Whether this is how TLS begins: a handshake record (RFC 8446, 5.1). No HTTP begins so.
bool is_tls(std::byte first) noexcept;

}  // namespace imps
