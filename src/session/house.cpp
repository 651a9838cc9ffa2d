#include "session/house.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include <imps/version.h>

#include "platform/thread.h"
#include "session/house_loop.h"
#include "session/interfaces.h"
#include "session/warm.h"
#include "session/words.h"

namespace imps {
namespace {

/// So soon devices that come and go are told of, and an edit of the configuration is seen.
constexpr auto kTick = std::chrono::milliseconds(250);

}  // namespace

Result<void> House::perform() {
  if (count_wanted(request_.settings) == 0) {
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
      boost::asio::posix::stream_descriptor::wait_read,
      [this](const boost::system::error_code& error) {
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
  timer_.expires_after(kTick);
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
        } else if constexpr (std::is_same_v<M, SettingsTaken>) {
          repertoire_.taken(m);
          if (!m.refused.empty()) guard_notes_of(repertoire_.in_force());
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
  for (const PortNews& news : report.news)
    news.is_bad ? output_.warn(news.text) : output_.tell(news.text);
  if (output_.has_status()) output_.status(status_line(report, before_));
  show_on_page(report);
  before_ = report;
}

void House::tell_end(const Report& report) {
  logs_.end_last(report.at);
  logs_.end(report.at);
  for (const std::string& line : summary_lines(report))
    output_.tell(line);
  if (const auto log = logs_.path(); !log.empty()) output_.tell("the take is in " + log.string());
}

Result<void> perform(const PerformanceRequest& request, Output& output) {
  return House(request, output).perform();
}

}  // namespace imps
