#include "session/desk.h"

#include <chrono>
#include <type_traits>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace imps {
namespace {

/// Sixty times a second, as screens do.
constexpr std::chrono::microseconds kLookEvery{16'667};
/// How things stand is asked for with every so many looks.
constexpr unsigned kLooksAReport = 6;

std::int64_t microseconds(TimePoint at) { return at.time_since_epoch().count(); }

}  // namespace

Desk::Desk(boost::asio::io_context& loop, Channels& channels, Start start)
    : channels_(channels), start_(start), loop_(loop), timer_(loop) {}

Result<void> Desk::open(const WebSettings& settings, Api api) {
  auto server = WebServer::open(loop_,
                                {.settings = settings,
                                 .api = std::move(api),
                                 .now = [start = start_] { return microseconds(since(start)); }},
                                *this);
  if (!server) return server.error();
  server_ = std::move(*server);
  return {};
}

std::vector<std::string> Desk::links() const {
  return server_ ? server_->links() : std::vector<std::string>();
}

bool Desk::is_shared() const { return server_ && server_->is_shared(); }

bool Desk::is_encrypted() const { return server_ && server_->is_encrypted(); }

void Desk::show(const Report& report, const Settings& settings, const HouseFacts& facts) {
  dimension_ = report.dimension;
  if (server_) server_->news().state(state_json(report, settings, facts));
}

void Desk::told(std::string_view kind, std::string_view line) {
  if (server_) server_->news().told(kind, line);
}

void Desk::changed(std::string_view resource) {
  if (server_) server_->news().changed(resource);
}

void Desk::close() noexcept {
  timer_.cancel();
  if (server_) server_->close();
}

// ---- what the page asks

Result<void> Desk::send(const ToStage& message) {
  if (!channels_.to_stage.send(message)) return Error{"the stage is busy: try again"};
  return {};
}

Result<void> Desk::play(const std::vector<double>& controls) {
  if (dimension_ != 0 && static_cast<int>(controls.size()) + 1 != dimension_) {
    return Error{fmt::format("a frame of {} controls; dimension {} has {}", controls.size(),
                             dimension_, dimension_ - 1)};
  }
  TakeHand message;
  message.controls = FrameView{0, controls};
  for (std::size_t k = 0; k < controls.size(); ++k)
    message.moved.set(k);
  return send(message);
}

Result<void> Desk::move(const std::vector<std::pair<std::size_t, double>>& changes) {
  if (dimension_ == 0)
    return Error{"how many controls there are is not known yet: send a frame of all of them first"};
  TakeHand message;
  message.controls.resize(static_cast<std::size_t>(dimension_ - 1));
  for (const auto& [control, x] : changes) {
    if (static_cast<int>(control) + 1 >= dimension_)
      return Error{fmt::format("there is no control {}: dimension {} has {}, counted from 0",
                               control, dimension_, dimension_ - 1)};
    message.controls.controls()[control] = x;
    message.moved.set(control);
  }
  return send(message);
}

Result<void> Desk::say(const Command& command) { return send(TakeCommand{command}); }

void Desk::watch(bool on) {
  is_watched_ = on;
  stage_knows_ = channels_.to_stage.send(Watch{on});
  if (on) look();
}

// ---- what the page sees

void Desk::look() {
  if (!is_watched_) return;
  if (!stage_knows_) stage_knows_ = channels_.to_stage.send(Watch{true});
  channels_.watched.consume_all([this](const Watched& watched) { see(watched); });
  if (looks_++ % kLooksAReport == 0) channels_.to_stage.send(TellReport{});
  server_->send();
  timer_.expires_after(kLookEvery);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) look();
  });
}

void Desk::see(const Watched& watched) {
  LiveNews& news = server_->news();
  std::visit(
      [&](const auto& w) {
        using W = std::decay_t<decltype(w)>;
        if constexpr (std::is_same_v<W, FrameSeen>) {
          if (news.events() < WebServer::kMostEvents)
            news.sounded(microseconds(w.at), w.voice == Voice::model ? 1 : 0, w.frame.controls());
        } else if constexpr (std::is_same_v<W, VoicePassed>) {
          nlohmann::json state = news.state();
          state["voice"] = w.to == Voice::model ? "model" : "performer";
          news.state(state);
        } else if constexpr (std::is_same_v<W, OwnerChanged>) {
          nlohmann::json state = news.state();
          state["held"] = numbers_of(w.performer);
          news.state(state);
        } else if constexpr (std::is_same_v<W, NoCloud>) {
          news.nothing_next();
        } else {
          LiveNext next{.base = microseconds(w.base),
                        .due = w.due ? std::optional(microseconds(*w.due)) : std::nullopt,
                        .weights = std::span(w.weights).first(w.mixtures),
                        .dimensions = {}};
          const auto pairs = [&](const auto& list) {
            auto& all = next.dimensions.emplace_back();
            for (std::size_t k = 0; k < w.mixtures; ++k)
              all.emplace_back(list[k][0], list[k][1]);
          };
          pairs(w.dt);
          for (std::size_t d = 0; d < w.controls; ++d)
            pairs(w.values[d]);
          news.next(next);
        }
      },
      watched);
}

}  // namespace imps
