#include "tests/session/live.h"

#include <stdexcept>

#include <poll.h>

#include "session/facts.h"

namespace imps::test {

ChosenModel chosen(std::shared_ptr<const Mdrnn> model) {
  ChosenModel one;
  one.model = std::move(model);
  one.name = "a test's model";
  one.digest = "of a test";
  one.step = Duration{1};
  return one;
}

Live::Live(const Musician& musician, LiveOptions options) : options_(std::move(options)) {
  Settings& settings = options_.settings;
  settings.osc.listen = {"127.0.0.1", 0};
  const Endpoint to_musician{"127.0.0.1", musician.port()};
  if (settings.osc.outputs == Settings{}.osc.outputs) settings.osc.outputs.clear();
  settings.osc.outputs.insert(settings.osc.outputs.begin(), to_musician);
  auto opened = Performance::open(settings, options_.seed, start_, *this, channels_);
  if (!opened) throw std::runtime_error(opened.error().message);
  performance_ = std::move(*opened);
  if (options_.dimension) performance_->set_dimension(*options_.dimension);
  stage_ = std::thread([this] { performance_->run(); });
}

Live::~Live() { finish(); }

Backstage::Ready Live::get_ready(int dimension, const Settings& settings) {
  if (!options_.model) options_.model = built_in_model(dimension);
  const ChosenModel& model = *options_.model;
  if (!options_.logs.empty()) {
    auto log =
        LogWriter::start({.folder = options_.logs,
                          .dimension = dimension,
                          .start = local_time(std::chrono::system_clock::now()),
                          .program = "test",
                          .facts = session_facts(settings, options_.seed, model, options_.warmth),
                          .quota_bytes = {}},
                         {.clock = [start = start_] { return since(start); }, .on_notice = {}});
    if (!log) throw std::runtime_error(log.error().message);
    writer_ = std::move(*log);
  }
  return {.model = {.model = model.model,
                    .name = model.name,
                    .digest = model.digest,
                    .step = model.step},
          .log = writer_.get(),
          .warm = options_.warmth.frames};
}

std::optional<ToHouse> Live::next() {
  const auto until = std::chrono::steady_clock::now() + kWait;
  while (read_ == messages_.size()) {
    messages_.clear();
    read_ = 0;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    pollfd descriptor{.fd = channels_.to_house.fd(), .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || ::poll(&descriptor, 1, static_cast<int>(left.count())) < 1)
      return std::nullopt;
    channels_.to_house.receive([this](const ToHouse& message) { messages_.push_back(message); });
  }
  return messages_[read_++];
}

Report Live::finish() {
  if (stage_.joinable()) {
    send(Finish{});
    stage_.join();
    if (writer_ != nullptr) {
      const auto closed = writer_->close(performance_->report().at, std::chrono::seconds(20));
      if (!closed) throw std::runtime_error(closed.error().message);
      log_path_ = writer_->path();
    }
  }
  return performance_->report();
}

}  // namespace imps::test
