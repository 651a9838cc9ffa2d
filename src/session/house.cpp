#include "session/house.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <imps/version.h>

#include "config/read.h"
#include "platform/thread.h"
#include "session/desk.h"
#include "session/model_choice.h"
#include "session/note_guard.h"
#include "session/page_api.h"
#include "session/performance.h"
#include "session/repertoire.h"
#include "session/standing.h"
#include "session/take_logs.h"
#include "session/told_lines.h"
#include "session/warm.h"
#include "session/words.h"
#include "web/qr.h"

namespace imps {
namespace {

namespace asio = boost::asio;

/// How long the page waits for the house's loop, which ends before the page does.
constexpr std::chrono::seconds kLoopPatience{2};

/// What is told in the terminal, and on the page.
class Told final : public Output {
 public:
  Told(Output& terminal, Desk& desk) : terminal_(terminal), desk_(desk) {}
  void tell(std::string_view line) override {
    terminal_.tell(line);
    keep("tell", line);
  }
  void warn(std::string_view line) override {
    terminal_.warn(line);
    keep("warn", line);
  }
  /// What was told, also before there was a page. Thread-safe.
  [[nodiscard]] const ToldLines& lines() const { return lines_; }
  void status(std::string_view line) override { terminal_.status(line); }
  [[nodiscard]] bool has_status() const override { return terminal_.has_status(); }
  [[nodiscard]] bool is_gone() const override { return terminal_.is_gone(); }

 private:
  void keep(std::string_view kind, std::string_view line) {
    lines_.add(kind, line, std::chrono::system_clock::now());
    desk_.told(kind, line);
  }

  Output& terminal_;
  Desk& desk_;
  ToldLines lines_;
};

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
  asio::io_context loop_{1};
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

  asio::steady_timer timer_;
  asio::signal_set signals_;
  asio::posix::stream_descriptor stage_;
  std::optional<Report> before_;
  std::optional<PageApi> page_;
  std::filesystem::file_time_type config_time_{};  // when what is in force was written
  std::filesystem::file_time_type config_seen_{};  // at the last look
  bool config_is_gone_ = false;                    // at the last look
  bool config_is_missed_ = false;                  // and that was told
};

Result<void> House::perform() {
  if (!request_.settings.osc.enabled && !request_.settings.midi.enabled &&
      !request_.settings.websocket.enabled && !request_.settings.serial.enabled &&
      !request_.settings.serial_midi.enabled) {
    return Error{
        "osc.enabled is false, and there is no other interface: set it to true, or add "
        "[midi], [websocket], [serial] or [serialmidi]"};
  }
  // One thread hears signals: this one, once the others have been started. A signal that comes
  // before that waits.
  platform::block_signals();
  wait_for_signal();
  auto opened = Performance::open(request_.settings, repertoire_.seed(), start_, *this, channels_,
                                  guard_.table());
  if (!opened) return opened.error();
  std::unique_ptr<Performance> performing = std::move(*opened);
  Performance& performance = *performing;
  if (auto chosen = choose_first_model(); !chosen) return chosen.error();
  if (dimension_ != 0) {
    performance.set_dimension(dimension_);
    repertoire_.set_dimension(dimension_);
  }
  repertoire_.set_osc_port(performance.port());
  guard_notes_of(request_.settings);

  std::atomic<bool> on_stage{true};
  std::optional<Error> fallen;  // read once the thread has ended
  std::thread stage([&] {
    try {
      performance.run();
    } catch (const std::exception& failure) {
      fallen = Error{
          fmt::format("the performance broke off: {}: a fault of imps itself, please report it",
                      failure.what())};
      loop_.stop();
    }
    on_stage = false;
  });
  platform::drop_privileges();  // the stage has its own, for its priority
  platform::unblock_signals();
  ports_ = performance.descriptions();
  tell_begin(ports_);
  open_desk();
  if (dimension_ != 0) tell_ready();
  if (config_) {
    std::error_code ignored;
    config_time_ = config_seen_ = std::filesystem::last_write_time(*config_, ignored);
  }
  stage_.assign(channels_.to_house.fd());
  wait_for_stage();
  tick();
  try {
    loop_.run();
  } catch (const std::exception& failure) {
    output_.warn(fmt::format("{}: the performance ends", failure.what()));
  }

  desk_.close();
  // A stage that is busy loading may have a full queue.
  while (on_stage && !channels_.to_stage.send(Finish{}))
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  stage.join();
  channels_.to_house.receive([this](const ToHouse& message) { on_message(message); });
  tell_ready();
  tell_end(performance.report());
  page_.reset();               // waits a moment for what it has begun
  if (fallen) return *fallen;  // and somebody has to end what sounds
  request_.at_end();
  performing.reset();  // closes its ports: a system that hangs would hold it
  guard_.dismiss();
  return {};
}

Result<void> House::choose_first_model() {
  const ModelSettings& wanted = request_.settings.model;
  std::optional<int> dimension = wanted.dimension;
  if (wanted.file) {
    auto chosen = load_model(*wanted.file, wanted.dimension);
    if (!chosen) return chosen.error();
    model_ = std::move(*chosen);
    model_->why = "asked for";
    dimension = model_->model->dimension();
  }
  // Routes and mappings say it, too, and so does a log that was asked for.
  if (const std::size_t controls = model_controls(request_.settings); !dimension && controls > 0)
    dimension = static_cast<int>(controls) + 1;
  if (request_.warm && !request_.warm->empty()) {
    const auto warmed = dimension_of_log(*request_.warm, dimension);
    if (!warmed) return warmed.error();
    dimension = *warmed;
  }
  if (request_.goes_on_since) {
    standing_ = newest_standing(request_.settings.log.folder, *request_.goes_on_since);
    if (standing_ && standing_->dimension != dimension.value_or(standing_->dimension))
      standing_.reset();
  }
  if (standing_) {
    dimension = standing_->dimension;
    if (standing_->model.empty()) {
      model_ = built_in_model(*dimension);
    } else if (auto before = load_model(standing_->model, dimension)) {
      model_ = std::move(*before);
    }
    if (model_) model_->why = "as before";
  }
  if (!dimension) return {};
  if (!model_) {
    auto chosen = choose_model(wanted, *dimension);
    if (!chosen) return chosen.error();
    model_ = std::move(*chosen);
  }
  dimension_ = *dimension;
  return {};
}

/// Called by the performance: here before the loop runs, or from it once the first frame has come.
/// What is written here is read by the house only after DimensionKnown, and what is read here never
/// changes.
Backstage::Ready House::get_ready(int dimension, const Settings& settings) {
  if (!model_) {
    auto chosen = choose_model(settings.model, dimension);
    model_ = chosen ? std::move(*chosen) : built_in_model(dimension);
    if (!chosen) model_->warnings.push_back(chosen.error().message);
  }
  Warmth warmth;
  if (request_.warm) {
    Warming warming = warm(*request_.warm, dimension, settings, wall_start_);
    warmth = std::move(warming.warmth);
    warmed_ = std::move(warming.told);
  }
  if (settings.log.enabled) {
    auto log = logs_.make(settings, repertoire_.seed(), *model_, warmth, TimePoint{});
    if (log) {
      logs_.take_up(std::move(*log), TimePoint{});
    } else {
      log_trouble_.push_back(log.error().message);
    }
  }
  return {.model = to_stage(*model_), .log = logs_.now(), .warm = std::move(warmth.frames)};
}

void House::tell_begin(const std::vector<std::string>& descriptions) {
  std::string who = fmt::format("imps {}: ", version());
  for (const std::string& line : descriptions)
    output_.tell(std::exchange(who, "and ") + line);
  if (const std::string instrument = words(request_.settings.instrument); !instrument.empty())
    output_.tell("played on " + instrument);
  if (dimension_ == 0)
    output_.tell("waiting for the first message: it says how many controls there are");
}

void House::tell_ready() {
  if (ready_told_ || !model_) return;
  ready_told_ = true;
  repertoire_.begin(*model_);
  for (const std::string& warning : model_->warnings)
    output_.warn(warning);
  output_.tell(fmt::format("playing {} ({}): {}, {}", model_->name, model_->why,
                           words(model_->model->sizes()), model_->format));
  output_.tell(
      fmt::format("mode {}, threshold {} s, seed {}", name(repertoire_.in_force().interaction.mode),
                  repertoire_.in_force().interaction.threshold.count(), repertoire_.seed()));
  if (!warmed_.empty()) output_.tell(warmed_);
  for (const std::string& trouble : log_trouble_)
    output_.warn(trouble + "; this performance is not logged");
  if (standing_) repertoire_.go_on(*standing_);
}

void House::wait_for_signal() {
  boost::system::error_code ignored;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    signals_.add(signal, ignored);
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    // A closed terminal hangs up too: that is an end, not a wish for the configuration.
    if (signal == SIGHUP && !output_.is_gone()) {
      reload();
      wait_for_signal();
    } else {
      loop_.stop();
    }
  });
}

void House::wait_for_stage() {
  stage_.async_wait(
      asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
        if (error) return;
        channels_.to_house.receive([this](const ToHouse& message) { on_message(message); });
        wait_for_stage();
      });
}

void House::tick() {
  channels_.to_stage.send(TellReport{});
  tell_notices();
  look_at_config();
  if (guard_.is_lost()) {
    output_.warn("the process that ends notes if imps is killed was ended itself: started anew");
    guard_notes_of(repertoire_.in_force());
  }
  timer_.expires_after(output_.has_status() ? std::chrono::milliseconds(250)
                                            : std::chrono::milliseconds(1000));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

void House::on_message(const ToHouse& message) {
  std::visit(
      [this](const auto& m) {
        using M = std::decay_t<decltype(m)>;
        if constexpr (std::is_same_v<M, DimensionKnown>) {
          dimension_ = m.dimension;
          repertoire_.set_dimension(m.dimension);
          output_.tell(
              fmt::format("dimension {}: dt and {} controls", m.dimension, m.dimension - 1));
          tell_ready();
        } else if constexpr (std::is_same_v<M, ModelAsked>) {
          repertoire_.change_model(request_.settings.model.folder / m.name);
        } else if constexpr (std::is_same_v<M, SceneAsked>) {
          repertoire_.take_scene(m.name);
        } else if constexpr (std::is_same_v<M, TakeAsked>) {
          begin_take();
        } else if constexpr (std::is_same_v<M, TakeEnded>) {
          end_take(m.at);
        } else if constexpr (std::is_same_v<M, PortsKnown>) {
          ports_ = m.descriptions;
        } else if constexpr (std::is_same_v<M, InterfaceRefused>) {
          output_.warn(m.why);
        } else if constexpr (std::is_same_v<M, ModelReturned>) {
          // Freed here, with the message.
        } else {
          show(m);
        }
      },
      message);
}

void House::show(const FrameSeen& frame) {
  output_.tell(fmt::format("{:10.6f} {} {}", to_seconds(frame.at.time_since_epoch()).count(),
                           frame.voice == Voice::model ? "model    " : "performer",
                           numbers(frame.frame.controls())));
}

void House::show(const Report& report) {
  if (!report.news.empty()) output_.tell(report.news);
  if (!report.fault.empty()) output_.warn(report.fault);
  if (output_.has_status()) output_.status(status_line(report, before_));
  show_on_page(report);
  before_ = report;
}

// ---- the page

void House::open_desk() {
  if (!request_.settings.web.enabled) return;
  page_.emplace(
      request_.settings, config_,
      HouseHands{.changed =
                     [this](std::string_view resource) {
                       asio::post(loop_, [this, what = std::string(resource)] {
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

/// From a thread of the API's: loads here, and swaps on the loop. Once it returns, the page knows.
Result<void> House::change_model_from(const std::filesystem::path& path) {
  const int dimension = dimension_;
  if (dimension == 0)
    return Error{"how many controls there are is not known yet: play a first frame"};
  auto chosen = load_model(path, dimension);
  if (!chosen) return chosen.error();
  auto swap = std::make_shared<std::packaged_task<bool()>>([this, chosen = std::move(*chosen)] {
    const bool is_swapped = repertoire_.swap_in(chosen);
    show_on_page(before_.value_or(Report{}));
    return is_swapped;
  });
  auto swapped = swap->get_future();
  asio::post(loop_, [swap] { (*swap)(); });
  if (swapped.wait_for(kLoopPatience) == std::future_status::ready && swapped.get()) {
    // What was chosen is the newest, and so it is what the next performance plays.
    std::error_code ignored;
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now(), ignored);
    return {};
  }
  return Error{"the stage is busy: the model was not swapped in, try again"};
}

// ---- the configuration

/// An edit is taken over once it is saved, and not while an editor is still writing.
void House::look_at_config() {
  if (!config_) return;
  std::error_code error;
  const auto time = std::filesystem::last_write_time(*config_, error);
  // It may be gone for the moment that an editor saves it in.
  const bool is_gone = error == std::errc::no_such_file_or_directory;
  const bool was_gone = std::exchange(config_is_gone_, is_gone);
  if (is_gone && was_gone && !std::exchange(config_is_missed_, true)) {
    output_.warn(fmt::format("{} has gone: what it said stays in force until it is there again",
                             config_->string()));
  }
  const bool is_settled = !error && time == std::exchange(config_seen_, time);
  if (!is_settled) return;
  const bool is_back = std::exchange(config_is_missed_, false);
  if (time == config_time_ && !is_back) return;
  reload();
}

/// On the page, whole: nothing to wait for.
void House::config_was_written() {
  if (!config_ && page_) config_ = page_->config();
  if (config_) reload();
}

void House::reload() {
  if (!config_) {
    output_.warn("asked to read the configuration again (SIGHUP), and there is none");
    return;
  }
  std::error_code ignored;
  config_time_ = std::filesystem::last_write_time(*config_, ignored);
  desk_.changed("config");  // for pages that show it, right or wrong
  const ConfigRead read = read_config_file(*config_);
  for (const auto& warning : read.warnings)
    output_.warn(to_text(warning));
  for (const auto& error : read.errors)
    output_.warn(to_text(error));
  if (!read.ok()) {
    output_.warn("the configuration in force stays as it was");
    return;
  }
  Settings settings = read.settings;
  request_.flags(settings);
  repertoire_.take_settings(std::move(settings), logs_.now() != nullptr);
  guard_notes_of(repertoire_.in_force());
}

void House::guard_notes_of(const Settings& settings) {
  if (auto guarded = guard_.start(settings); !guarded)
    output_.warn(guarded.error().message + ": notes would sound on if imps were killed");
}

// ---- takes

/// The take ends, and another one begins, which remembers its last minute: as if imps had been
/// started anew with --warm, and steered as it is, only that nothing is lost meanwhile.
void House::begin_take() {
  if (!ready_told_ || logs_.now() == nullptr) {
    output_.warn("nothing is being logged: there is no take to end");
    return;
  }
  const TimePoint begins = since(start_);
  if (!logs_.may_end(begins)) return;
  const Settings& settings = repertoire_.in_force();
  const ChosenModel& model = repertoire_.playing();
  const int dimension = dimension_;
  const std::uint64_t seed = settings.interaction.seed.value_or(drawn_seed());
  Warmth warmth;
  if (auto read = read_warmth(logs_.path(), dimension, settings)) warmth = std::move(*read);
  auto log = logs_.make(settings, seed, model, warmth, begins);
  if (!log) {
    output_.warn(log.error().message + "; the take goes on");
    return;
  }
  const auto performer = std::make_shared<Performer>(
      model.model, dimension, performer_settings(settings, seed), begins, warmth.frames);
  for (const Command& limit : limits_of(settings.limits))
    performer->on(limit, begins);
  if (!channels_.to_stage.send(BeginTake{performer, log->get()})) {
    output_.warn("the stage is busy: the take goes on, try again");
    return;
  }
  logs_.take_up(std::move(*log), begins);
  repertoire_.set_seed(seed);
}

void House::end_take(TimePoint at) {
  if (!logs_.end_last(at)) return;
  Report now = before_.value_or(Report{});
  now.take_rows = 0;
  show_on_page(now);
}

void House::tell_notices() {
  // In this order: the stage's thread may be setting the log up until then.
  if (ready_told_ && logs_.now() != nullptr) logs_.tell_notices();
}

void House::tell_end(const Report& report) {
  logs_.end_last(report.at);
  logs_.end(report.at);
  for (const std::string& line : summary_lines(report))
    output_.tell(line);
  if (const auto log = logs_.path(); !log.empty()) output_.tell("the take is in " + log.string());
}

}  // namespace

Result<void> perform(const PerformanceRequest& request, Output& output) {
  return House(request, output).perform();
}

}  // namespace imps
