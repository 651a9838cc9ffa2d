// A whole performance in this process: its loop on a thread of its own, real sockets, a real log;
// and the test as the house.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "session/model_choice.h"
#include "session/performance.h"
#include "session/warm.h"
#include "tests/session/musician.h"
#include "tests/support/sanitized.h"

namespace imps::test {

struct LiveOptions {
  Settings settings;
  std::optional<ChosenModel> model;  ///< else the built-in one
  std::optional<int> dimension;      ///< else the first frame decides
  std::filesystem::path logs;        ///< no log when empty
  std::uint64_t seed = 1;
  Warmth warmth;  ///< what the network has heard before
};

/// A model of weights made for a test, as if it had come from a file.
ChosenModel chosen(std::shared_ptr<const Mdrnn> model);

class Live final : private Backstage {
 public:
  /// Predictions go to `musician`, and to the settings' outputs when they name others than the
  /// default.
  Live(const Musician& musician, LiveOptions options);
  ~Live() override;

  /// Those it began with.
  [[nodiscard]] const Settings& settings() const { return options_.settings; }
  [[nodiscard]] std::uint16_t port() const { return performance_->port(); }
  [[nodiscard]] std::vector<std::string> descriptions() const {
    return performance_->descriptions();
  }
  void send(const ToStage& message) { channels_.to_stage.send(message); }
  /// The next message to the house that is an M; others before it are dropped.
  template <class M>
  std::optional<M> told() {
    for (auto message = next(); message; message = next()) {
      if (auto* const wanted = std::get_if<M>(&*message)) return std::move(*wanted);
    }
    return std::nullopt;
  }
  Report report() {
    send(TellReport{});
    return told<Report>().value_or(Report{});
  }

  /// Ends it in order, the log too; how things stood.
  Report finish();
  /// The log, after finish().
  [[nodiscard]] const std::filesystem::path& log() const { return log_path_; }

 private:
  Ready get_ready(int dimension, const Settings& settings) override;
  std::optional<ToHouse> next();

  LiveOptions options_;
  Start start_ = std::chrono::steady_clock::now();
  Channels channels_;
  std::vector<ToHouse> messages_;
  std::size_t read_ = 0;
  std::unique_ptr<LogWriter> writer_;
  std::unique_ptr<Performance> performance_;
  std::thread stage_;
  std::filesystem::path log_path_;
};

}  // namespace imps::test
