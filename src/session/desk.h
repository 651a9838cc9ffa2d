// The page's place in the house: what it sees of the stage, and what it asks of it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <imps/result.h>

#include "config/settings.h"
#include "session/messages.h"
#include "session/performance.h"
#include "session/state_json.h"
#include "web/server.h"
#include "web/stage_door.h"

namespace imps {

/// Everything is on the house loop's thread.
class Desk final : private StageDoor {
 public:
  /// @param channels  outlive the desk
  Desk(boost::asio::io_context& loop, Channels& channels, Start start);

  /// Opens the page's port. An Error when it cannot be had: everything else works without.
  Result<void> open(const WebSettings& settings, Api api);
  [[nodiscard]] std::vector<std::string> links() const;
  [[nodiscard]] bool is_shared() const;
  [[nodiscard]] bool is_encrypted() const;

  /// How things stand.
  void show(const Report& report, const Settings& settings, const HouseFacts& facts);
  /// A line as in the terminal.
  void told(std::string_view kind, std::string_view line);
  /// A resource is to be read again.
  void changed(std::string_view resource);
  void close() noexcept;

 private:
  Result<void> play(const std::vector<double>& controls) override;
  Result<void> move(const std::vector<std::pair<std::size_t, double>>& changes) override;
  Result<void> say(const Command& command) override;
  void watch(bool on) override;

  Result<void> send(const ToStage& message);
  void look();
  void see(const Watched& watched);

  Channels& channels_;
  const Start start_;
  boost::asio::io_context& loop_;
  boost::asio::steady_timer timer_;
  std::unique_ptr<WebServer> server_;
  int dimension_ = 0;
  bool is_watched_ = false;
  bool stage_knows_ = true;
  unsigned looks_ = 0;
};

}  // namespace imps
