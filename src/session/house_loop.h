#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "session/desk.h"
#include "session/house.h"
#include "session/model_choice.h"
#include "session/note_guard.h"
#include "session/page_api.h"
#include "session/performance.h"
#include "session/repertoire.h"
#include "session/standing.h"
#include "session/take_logs.h"
#include "session/told.h"

namespace imps {

/// What perform() does. Its parts are in house.cpp, house_page.cpp, house_config.cpp and
/// house_takes.cpp. All of it is of the thread that calls perform(), but for what says otherwise.
class House final : private Backstage {
 public:
  House(const PerformanceRequest& request, Output& output)
      : request_(request),
        config_(request.config),
        desk_(loop_, channels_, start_),
        output_(output, desk_),
        repertoire_(request.settings, channels_, output_, desk_),
        logs_(start_, output_, [this] { desk_.changed("takes"); }),
        timer_(loop_),
        signals_(loop_),
        stage_(loop_) {}

  ~House() override {
    if (stage_.is_open()) stage_.release();  // the descriptor belongs to the channel
  }

  Result<void> perform();

 private:
  Ready get_ready(int dimension, const Settings& settings) override;
  Result<void> choose_first_model();
  void tell_ready();
  void tell_begin(const std::vector<std::string>& descriptions);
  void tell_end(const Report& report);

  void wait_for_signal();
  void wait_for_stage();
  void tick();
  void on_message(const ToHouse& message);
  void show(const Report& report);
  void show(const FrameSeen& frame);
  void open_desk();
  Result<void> settle_dimension(int dimension);
  Result<void> change_model_from(const std::filesystem::path& path);
  void show_on_page(const Report& report);
  void guard_notes_of(const Settings& settings);
  void look_at_config();
  void config_was_written();
  void reload();
  void begin_take();
  void end_take(TimePoint at);
  void tell_notices();

  const PerformanceRequest request_;
  std::optional<std::filesystem::path> config_;
  std::vector<std::string> ports_;
  Start start_ = std::chrono::steady_clock::now();
  std::chrono::system_clock::time_point wall_start_ = std::chrono::system_clock::now();
  Channels channels_;
  boost::asio::io_context loop_{1};
  Desk desk_;
  Told output_;
  Repertoire repertoire_;  // the stage's thread sees only its seed

  NoteGuard guard_;
  std::optional<ChosenModel> model_;  // to begin with
  TakeLogs logs_;                     // the stage's thread begins the first one
  std::vector<std::string> log_trouble_;
  std::string warmed_;                // what there is to tell of it
  std::optional<Standing> standing_;  // to go on from
  bool ready_told_ = false;
  std::atomic<int> dimension_{0};  // 0 until the house has been told

  boost::asio::steady_timer timer_;
  boost::asio::signal_set signals_;
  boost::asio::posix::stream_descriptor stage_;
  std::optional<Report> before_;
  std::optional<PageApi> page_;
  std::filesystem::file_time_type config_time_{};  // when what is in force was written
  std::filesystem::file_time_type config_seen_{};  // at the last look
  bool config_is_gone_ = false;                    // at the last look
  bool config_is_missed_ = false;                  // and that was told
};

}  // namespace imps
