#include "session/stage_bench.h"

#include <array>
#include <chrono>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <fmt/format.h>
#include <poll.h>

#include "interface/osc/encoder.h"
#include "platform/thread.h"
#include "session/model_choice.h"
#include "session/performance.h"

namespace imps {
namespace {

namespace asio = boost::asio;
using Udp = asio::ip::udp;

class OneModel final : public Backstage {
 public:
  explicit OneModel(ChosenModel model) : model_(std::move(model)) {}
  Ready get_ready(int, const Settings&) override {
    return {.model = {.model = model_.model,
                      .name = model_.name,
                      .digest = model_.digest,
                      .step = model_.step},
            .log = nullptr};
  }

 private:
  ChosenModel model_;
};

/// A performance on a thread of its own, and a socket that hears what it plays.
class Bench {
 public:
  static Result<std::unique_ptr<Bench>> start(const ChosenModel& model, Settings settings) {
    auto bench = std::make_unique<Bench>(model);
    boost::system::error_code error;
    bench->socket_.open(Udp::v4(), error);
    if (!error) bench->socket_.bind({asio::ip::address_v4::loopback(), 0}, error);
    if (error) return Error{"no socket on loopback: " + error.message()};
    settings.osc.listen = {"127.0.0.1", 0};
    settings.osc.outputs = {{"127.0.0.1", bench->socket_.local_endpoint().port()}};
    auto opened = Performance::open(settings, 1, std::chrono::steady_clock::now(),
                                    bench->backstage_, bench->channels_);
    if (!opened) return opened.error();
    bench->performance_ = std::move(*opened);
    bench->performance_->set_dimension(model.model->dimension());
    bench->stage_ = std::thread([performance = bench->performance_.get()] { performance->run(); });
    platform::drop_privileges();
    return bench;
  }

  explicit Bench(const ChosenModel& model) : backstage_(model), socket_(loop_) {}
  ~Bench() { finish(); }

  Report finish() {
    if (stage_.joinable()) {
      channels_.to_stage.send(Finish{});
      stage_.join();
    }
    return performance_ ? performance_->report() : Report{};
  }

  [[nodiscard]] const std::string& priority() const noexcept { return performance_->priority(); }

  void send(std::span<const std::byte> packet) {
    boost::system::error_code ignored;
    socket_.send_to(asio::buffer(packet.data(), packet.size()),
                    {asio::ip::address_v4::loopback(), performance_->port()}, 0, ignored);
  }

  /// True when something came within `patience`.
  bool receive(std::chrono::milliseconds patience) {
    pollfd descriptor{.fd = socket_.native_handle(), .events = POLLIN, .revents = 0};
    if (::poll(&descriptor, 1, static_cast<int>(patience.count())) != 1) return false;
    std::array<std::byte, 2048> buffer;
    boost::system::error_code error;
    Udp::endpoint from;
    socket_.receive_from(asio::buffer(buffer), from, 0, error);
    return !error;
  }

 private:
  OneModel backstage_;
  Channels channels_;
  std::unique_ptr<Performance> performance_;
  asio::io_context loop_{1};
  Udp::socket socket_;
  std::thread stage_;
};

}  // namespace

Result<StageBenchReport> bench_stage(const StageBenchRequest& request) {
  ChosenModel model = built_in_model(request.dimension);
  if (request.model) {
    auto loaded = load_model(*request.model, std::nullopt);
    if (!loaded) return loaded.error();
    model = std::move(*loaded);
  }
  const auto duration =
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(request.seconds);
  StageBenchReport report;
  report.model = model.name;

  // How late predictions are: the model plays by itself, about a hundred times a second.
  Settings alone;
  alone.interaction.mode = Mode::battle;
  alone.interaction.start_now = true;
  alone.interaction.max_rest = Seconds{0.01};
  {
    auto bench = Bench::start(model, alone);
    if (!bench) return bench.error();
    const auto end = std::chrono::steady_clock::now() + duration;
    while (std::chrono::steady_clock::now() < end)
      (*bench)->receive(std::chrono::milliseconds(10));
    report.lateness = (*bench)->finish().lateness;
    report.priority = (*bench)->priority();
  }

  // From a message to the prediction that is due at once.
  Settings together;
  together.interaction.mode = Mode::polyphony;
  together.interaction.max_rest = Seconds{0.001};
  together.model.timescale = 1e-6;
  auto bench = Bench::start(model, together);
  if (!bench) return bench.error();
  std::array<std::byte, 2048> buffer;
  std::vector<double> controls(static_cast<std::size_t>(model.model->dimension() - 1), 0.5);
  Lateness round_trip;
  const auto end = std::chrono::steady_clock::now() + duration;
  for (int i = 0; std::chrono::steady_clock::now() < end; ++i) {
    controls[0] = (i % 128) / 127.0;
    const auto packet = encode_frame(buffer, together.osc.input_address, controls);
    const auto sent = std::chrono::steady_clock::now();
    (*bench)->send(*packet);
    if ((*bench)->receive(std::chrono::milliseconds(1000))) {
      round_trip.add(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - sent));
    } else {
      ++report.unanswered;
    }
    // As a performer would: two hundred frames a second, not one upon the other.
    std::this_thread::sleep_until(sent + std::chrono::milliseconds(5));
  }
  (*bench)->finish();
  report.round_trip = summary(round_trip);
  return report;
}

}  // namespace imps
