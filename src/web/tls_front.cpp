#include "web/tls_front.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <openssl/x509v3.h>

namespace imps {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using Generic = asio::generic::stream_protocol;
using Local = asio::local::stream_protocol;
using ErrorCode = boost::system::error_code;

namespace {

constexpr std::size_t kPiece = 16 * 1024;  // the longest record of TLS
constexpr auto kHandshakePatience = std::chrono::seconds(10);
/// For a client to take a piece.
constexpr auto kPiecePatience = std::chrono::seconds(60);
/// For a client to end when nothing more is said to it.
constexpr auto kEndPatience = std::chrono::seconds(10);

Error fault(const std::filesystem::path& file, const char* what, const ErrorCode& error) {
  return Error{fmt::format("no page: {}: {} ({})", file.string(), what, error.message())};
}

std::string_view bytes_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

/// "" for a name that is none, or that stands for many.
std::string host_name(std::string_view name) {
  const bool is_plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  });
  return is_plain ? std::string(name) : std::string();
}

/// "" when it is of neither family.
std::string address_text(std::string_view bytes) {
  asio::ip::address_v4::bytes_type four{};
  asio::ip::address_v6::bytes_type sixteen{};
  if (bytes.size() == four.size()) {
    std::copy(bytes.begin(), bytes.end(), four.begin());
    return asio::ip::address_v4(four).to_string();
  }
  if (bytes.size() != sixteen.size()) return {};
  std::copy(bytes.begin(), bytes.end(), sixteen.begin());
  return asio::ip::address_v6(sixteen).to_string();
}

/// Of the certificate's subjectAltName (RFC 9110, 4.3.4: what a browser compares).
std::vector<std::string> hosts_of(const X509* certificate) {
  std::vector<std::string> names;
  std::vector<std::string> addresses;
  if (certificate == nullptr) return names;
  auto* const list = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int k = 0; k < sk_GENERAL_NAME_num(list); ++k) {
    const GENERAL_NAME* const one = sk_GENERAL_NAME_value(list, k);
    if (one->type == GEN_DNS) names.push_back(host_name(bytes_of(one->d.dNSName)));
    if (one->type == GEN_IPADD) addresses.push_back(address_text(bytes_of(one->d.iPAddress)));
  }
  GENERAL_NAMES_free(list);
  names.insert(names.end(), addresses.begin(), addresses.end());
  std::erase(names, std::string());
  return names;
}

}  // namespace

bool is_tls(std::byte first) noexcept { return first == std::byte{22}; }

/// One connection, on the front's thread.
class TlsFront::Pipe : public std::enable_shared_from_this<Pipe> {
 public:
  Pipe(TlsFront& front, Generic::socket outside, Local::socket inside,
       std::span<const std::byte> heard)
      : count_(front.pipes_),
        inside_(std::move(inside)),
        outside_(std::move(outside), front.context_),
        late_(front.loop_) {
    heard_ = std::min(heard.size(), from_outside_.size());
    std::copy_n(heard.begin(), heard_, from_outside_.begin());
  }
  ~Pipe() { --count_; }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  void begin() {
    allow(kHandshakePatience);
    outside_.async_handshake(ssl::stream_base::server, asio::buffer(from_outside_.data(), heard_),
                             [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                               if (error) return self->end();
                               self->late_.cancel();
                               self->read_outside();
                               self->read_inside();
                             });
  }

 private:
  void read_outside() {
    outside_.async_read_some(asio::buffer(from_outside_),
                             [self = shared_from_this()](const ErrorCode& error, std::size_t n) {
                               if (!error) return self->write_inside(n);
                               // The server ends it when it has answered what there is.
                               ErrorCode ignored;
                               self->inside_.shutdown(Local::socket::shutdown_send, ignored);
                               // After our farewell that is what this means, not the client's.
                               if (self->is_over_) return self->drop_rest();
                               self->has_left_ = true;
                             });
  }
  void write_inside(std::size_t n) {
    asio::async_write(inside_, asio::buffer(from_outside_, n),
                      [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                        if (error) return self->end();
                        self->read_outside();
                      });
  }
  void read_inside() {
    inside_.async_read_some(asio::buffer(from_inside_),
                            [self = shared_from_this()](const ErrorCode& error, std::size_t n) {
                              if (error) return self->say_farewell();
                              self->write_outside(n);
                            });
  }
  void write_outside(std::size_t n) {
    allow(kPiecePatience);
    asio::async_write(outside_, asio::buffer(from_inside_, n),
                      [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                        if (error) return self->end();
                        self->late_.cancel();
                        self->read_inside();
                      });
  }
  /// The server has said all, and so do we; what the client may say is no matter any more.
  void say_farewell() {
    is_over_ = true;
    allow(kEndPatience);
    SSL_set_shutdown(outside_.native_handle(), SSL_RECEIVED_SHUTDOWN);
    outside_.async_shutdown([self = shared_from_this()](const ErrorCode& error) {
      if (error || self->has_left_) return self->end();
      ErrorCode ignored;
      self->outside_.lowest_layer().shutdown(asio::socket_base::shutdown_send, ignored);
    });
  }
  /// Closed while a client still sends, the connection is reset, and it may never read the answer.
  void drop_rest() {
    outside_.next_layer().async_read_some(
        asio::buffer(from_outside_),
        [self = shared_from_this()](const ErrorCode& error, std::size_t) {
          error ? self->end() : self->drop_rest();
        });
  }
  void allow(std::chrono::seconds time) {
    late_.expires_after(time);
    late_.async_wait([self = shared_from_this()](const ErrorCode& error) {
      if (!error) self->end();
    });
  }
  void end() {
    late_.cancel();
    ErrorCode ignored;
    outside_.lowest_layer().close(ignored);
    inside_.close(ignored);
  }

  std::atomic<std::size_t>& count_;
  Local::socket inside_;
  ssl::stream<Generic::socket> outside_;
  asio::steady_timer late_;  // for what is waited for outside
  bool is_over_ = false;     // the server has said all
  bool has_left_ = false;    // the client says no more
  std::size_t heard_ = 0;
  std::array<std::byte, kPiece> from_outside_{};
  std::array<std::byte, kPiece> from_inside_{};
};

Result<std::unique_ptr<TlsFront>> TlsFront::open(const std::filesystem::path& certificate,
                                                 const std::filesystem::path& key) {
  std::unique_ptr<TlsFront> front(new TlsFront);
  ssl::context& context = front->context_;
  ErrorCode error;
  context.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 |
                          ssl::context::no_tlsv1_1 | SSL_OP_NO_RENEGOTIATION,
                      error);
  // Else the terminal would be asked, and the performance wait for the answer.
  context.set_password_callback([](std::size_t, ssl::context::password_purpose) { return ""; },
                                error);
  context.use_certificate_chain_file(certificate.string(), error);
  if (error) return fault(certificate, "there is no certificate in PEM form here", error);
  const std::filesystem::path& key_file = key.empty() ? certificate : key;
  context.use_private_key_file(key_file.string(), ssl::context::pem, error);
  if (error)
    return fault(key_file,
                 "there is no key of this certificate in PEM form here that is open without a "
                 "passphrase",
                 error);
  front->hosts_ = hosts_of(SSL_CTX_get0_certificate(context.native_handle()));
  front->thread_ = std::thread([&loop = front->loop_] { loop.run(); });
  return front;
}

TlsFront::~TlsFront() {
  loop_.stop();
  if (thread_.joinable()) thread_.join();
}

Result<Local::socket> TlsFront::take(asio::io_context& loop, Generic::socket outside, bool is_here,
                                     std::span<const std::byte> heard) {
  if (++pipes_ > (is_here ? kMostPipes : kMostOfOthers)) {
    --pipes_;
    return Error{"more encrypted connections than there is room for"};
  }
  ErrorCode error;
  Local::socket inner(loop);
  Local::socket outer(loop_);
  asio::local::connect_pair(inner, outer, error);
  Generic::socket moved(loop_);
  if (!error) {
    const auto protocol = outside.local_endpoint(error).protocol();
    if (!error) moved.assign(protocol, outside.release(error), error);
  }
  if (error) {
    --pipes_;
    return Error{"an encrypted connection could not be begun: " + error.message()};
  }
  const auto pipe = std::make_shared<Pipe>(*this, std::move(moved), std::move(outer), heard);
  asio::post(loop_, [pipe] { pipe->begin(); });
  return inner;
}

}  // namespace imps
