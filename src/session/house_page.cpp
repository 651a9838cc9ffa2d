#include <future>
#include <memory>
#include <utility>

#include <boost/asio/post.hpp>

#include "session/house_loop.h"
#include "web/qr.h"

namespace imps {
namespace {

/// How long the page waits for the house's loop, which ends before the page does.
constexpr std::chrono::seconds kLoopPatience{2};

}  // namespace

void House::open_desk() {
  if (!request_.settings.web.enabled) return;
  page_.emplace(
      request_.settings, config_,
      HouseHands{.changed =
                     [this](std::string_view resource) {
                       boost::asio::post(loop_, [this, what = std::string(resource)] {
                         desk_.changed(what);
                         if (what == "config") config_was_written();
                       });
                     },
                 .play_model =
                     [this](const std::filesystem::path& file) { return change_model_from(file); },
                 .told = [this] { return output_.lines().json(); }});
  if (auto opened = desk_.open(request_.settings.web, page_->resources()); !opened) {
    output_.warn(opened.error().message);
    page_.reset();
    return;
  }
  for (const std::string& link : desk_.links())
    output_.tell("page on " + link);
  if (desk_.is_shared()) {
    const auto links = desk_.links();
    page_->share(links);
    if (!links.empty() && output_.has_status())
      for (const std::string& line : qr_lines(links.front()))
        output_.tell("  " + line);
    output_.tell(
        std::string("whoever has this link can play and change everything; what goes over the "
                    "network ") +
        (desk_.is_encrypted() ? "is encrypted" : "can be listened to: --certificate encrypts it"));
  }
  show_on_page(Report{});
}

void House::show_on_page(const Report& report) {
  if (!page_) return;
  // In this order, as in tell_notices().
  const bool logs = ready_told_ && logs_.now() != nullptr;
  const auto log = logs ? logs_.path() : std::filesystem::path();
  page_->keep(report, repertoire_.in_force(), report.priority, log, repertoire_.playing().path);
  if (!config_) config_ = page_->config();  // somebody has made one on the page
  desk_.show(report, repertoire_.in_force(),
             {.seed = repertoire_.seed(),
              .model_name = repertoire_.playing().name,
              .model_words = repertoire_.model_words(),
              .scene = repertoire_.scene(),
              .ports = ports_,
              .records = ready_told_ ? logs : request_.settings.log.enabled,
              .log = log,
              .log_unsynced = logs ? logs_.unsynced() : 0,
              .log_began = logs ? logs_.first_row(report.at) : TimePoint{},
              .config = config_});
}

/// From a thread of the API's: before anybody has played, what is chosen says how many controls
/// there are.
Result<void> House::settle_dimension(int dimension) {
  boost::asio::post(loop_, [this, dimension] {
    if (dimension_ != 0) return;
    channels_.to_stage.send(
        TakeSettings{.settings = std::make_shared<const Settings>(repertoire_.in_force()),
                     .scene = repertoire_.scene(),
                     .model = {},
                     .commands = {},
                     .dimension = dimension});
  });
  const auto late = std::chrono::steady_clock::now() + kLoopPatience;
  while (dimension_ == 0 && std::chrono::steady_clock::now() < late)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  if (dimension_ == dimension) return {};
  return dimension_ == 0
             ? Error{"the stage is busy: the model was not swapped in, try again"}
             : Error{fmt::format("of dimension {}, and somebody has just begun to play {}",
                                 dimension, dimension_.load())};
}

/// From a thread of the API's: loads here, and swaps on the loop. Once it returns, the page knows.
Result<void> House::change_model_from(const std::filesystem::path& path) {
  const int dimension = dimension_;
  auto chosen = load_model(path, dimension == 0 ? std::nullopt : std::optional(dimension));
  if (!chosen) return chosen.error();
  if (dimension == 0) {
    if (auto settled = settle_dimension(chosen->model->dimension()); !settled)
      return settled.error();
  }
  auto swap = std::make_shared<std::packaged_task<bool()>>([this, chosen = std::move(*chosen)] {
    const bool is_swapped = repertoire_.swap_in(chosen);
    show_on_page(before_.value_or(Report{}));
    return is_swapped;
  });
  auto swapped = swap->get_future();
  boost::asio::post(loop_, [swap] { (*swap)(); });
  if (swapped.wait_for(kLoopPatience) == std::future_status::ready && swapped.get()) {
    // What was chosen is the newest, and so it is what the next performance plays.
    std::error_code ignored;
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now(), ignored);
    return {};
  }
  return Error{"the stage is busy: the model was not swapped in, try again"};
}

}  // namespace imps
