#include "session/player.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include "interface/osc/counts.h"
#include "interface/osc/encoder.h"
#include "interface/osc/udp_output.h"
#include "log/reader.h"
#include "session/performance.h"

namespace imps {
namespace {

/// Between the last row and the first one of the next round.
constexpr Duration kBetweenRounds = std::chrono::seconds(1);
/// What a speed near 0 asks for would not fit into the system's timers, which count nanoseconds.
constexpr Seconds kLatestRow = std::chrono::hours(24 * 365);

class Player {
 public:
  Player(const PlayerRequest& request, Log log)
      : request_(request),
        log_(std::move(log)),
        timer_(loop_),
        signals_(loop_, SIGINT, SIGTERM),
        output_(loop_, request.output, tally_) {
    choose_rows();
  }

  PlayerReport play() {
    report_.skipped = log_.report.skipped;
    if (rows_.empty()) return report_;
    output_.wait_for_lookup();
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      report_.interrupted = true;
      loop_.stop();
    });
    start_ = std::chrono::steady_clock::now();
    next();
    loop_.run();
    return report_;
  }

  [[nodiscard]] bool has_rows() const noexcept { return !rows_.empty(); }

 private:
  struct Row {
    std::size_t index;
    Duration at;  // since the first one played
  };

  void choose_rows() {
    std::optional<std::int64_t> first;
    for (std::size_t row = 0; row < log_.rows(); ++row) {
      if (log_.voices[row] != Voice::performer) continue;
      if (!first) first = log_.local_us[row];
      const Seconds at = to_seconds(Duration{log_.local_us[row] - *first});
      if (at < request_.from || (request_.to && at > *request_.to)) continue;
      rows_.push_back(
          {row, to_duration(std::min((at - request_.from) / request_.speed, kLatestRow))});
    }
  }

  void next() {
    if (position_ == rows_.size()) {
      if (!request_.loop) {
        loop_.stop();
        return;
      }
      round_ += rows_.back().at + kBetweenRounds;
      position_ = 0;
    }
    timer_.expires_at(start_ + round_ + rows_[position_].at);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      send(log_.row(rows_[position_].index));
      ++position_;
      next();
    });
  }

  void send(std::span<const double> controls) {
    std::array<std::byte, 4096> buffer;
    const auto packet = encode_frame(buffer, request_.address, controls);
    output_.take_lookup();
    if (packet && output_.send(*packet, since(start_))) {
      ++report_.sent;
    } else {
      ++report_.failed;
    }
  }

  const PlayerRequest& request_;
  Log log_;
  std::vector<Row> rows_;
  std::size_t position_ = 0;
  Duration round_{};
  Start start_;
  PlayerReport report_;
  boost::asio::io_context loop_{1};
  boost::asio::steady_timer timer_;
  boost::asio::signal_set signals_;
  OscTally tally_;
  UdpOutput output_;
};

}  // namespace

Result<PlayerReport> play_log(const PlayerRequest& request) {
  auto log = read_log(request.log);
  if (!log) return log.error();
  Player player(request, std::move(*log));
  if (!player.has_rows()) {
    return Error{
        fmt::format("{}: no performer rows to play{}", request.log.string(),
                    request.from > Seconds{0} || request.to ? " between --from and --to" : "")};
  }
  return player.play();
}

}  // namespace imps
