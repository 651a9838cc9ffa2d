// The page's server: HTTP and the live socket, on its own port.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>

#include <imps/result.h>

#include "config/settings.h"
#include "web/api.h"
#include "web/live_text.h"
#include "web/stage_door.h"

namespace imps {

/// Everything happens on the loop's thread, but for slow resources, which have one of their own.
/// What a client may take is bounded: connections, bytes of a request, seconds, messages that wait.
/// Not thread-safe.
class WebServer {
 public:
  static constexpr std::size_t kMostConnections = 256;
  /// While there are so many, other machines are turned away: this one still gets in.
  static constexpr std::size_t kMostOfOthers = 192;
  static constexpr std::size_t kMostViewers = 64;
  static constexpr std::size_t kMostViewersOfOthers = 56;
  static constexpr std::size_t kMostWaiting = 8;   ///< messages for one viewer
  static constexpr std::size_t kMostEvents = 512;  ///< in one message
  /// Of all requests that come in just now.
  static constexpr std::size_t kMostBytes = 160 * 1024 * 1024;

  struct Options {
    WebSettings settings;
    Api api;  ///< resources; more are added by the server: command, frame, live, openapi.json,
              ///< state
    /// Microseconds since the performance's start.
    std::function<std::int64_t()> now;
    /// What a client may take to say what it wants, and to say it all.
    std::chrono::milliseconds head_patience{10'000};
    std::chrono::milliseconds body_patience{60'000};
  };
  /// Opens the port. Fails when it cannot be had.
  /// @param door  outlives the server
  static Result<std::unique_ptr<WebServer>> open(boost::asio::io_context& loop, Options options,
                                                 StageDoor& door);
  ~WebServer();

  [[nodiscard]] std::uint16_t port() const noexcept;
  /// Where the page is: on this machine first; with the token, when it is shared.
  [[nodiscard]] std::vector<std::string> links() const;
  [[nodiscard]] bool is_shared() const noexcept;
  /// There is a certificate: others come in over https only.
  [[nodiscard]] bool is_encrypted() const noexcept;

  /// What has happened: told to the viewers at send().
  LiveNews& news() noexcept;
  /// Sends what is new to all viewers. Called at most 60 times a second.
  void send();
  [[nodiscard]] std::size_t viewers() const noexcept;
  /// Nobody is let in any more, and all are sent away.
  void close() noexcept;

 private:
  class Impl;
  explicit WebServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace imps
