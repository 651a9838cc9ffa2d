// The resources of the API that look into the house: files, ports, health.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <imps/result.h>

#include "config/settings.h"
#include "project/project.h"
#include "session/doctor/machine.h"
#include "session/learn_api.h"
#include "session/messages.h"
#include "web/api.h"

namespace imps {

/// What the house does for a request. Each may be called from any thread.
struct HouseHands {
  std::function<void(std::string_view resource)> changed;
  /// Swaps a model of the models' folder in. Blocks while it is loaded.
  std::function<Result<void>(const std::filesystem::path& file)> play_model;
  /// ToldLines::json(). Thread-safe.
  std::function<std::string()> told;
};

/// Keeps what the house knows for the threads that requests are answered on.
class PageApi {
 public:
  /// @param config  the configuration that is there, if there is one
  PageApi(const Settings& settings, std::optional<std::filesystem::path> config, HouseHands hands);

  Api resources();

  /// How things stand: from the house's loop.
  void keep(const Report& report, const Settings& settings, std::string priority,
            const std::filesystem::path& log, const std::filesystem::path& model);
  /// Where the page is for other machines; none when it is not shared.
  void share(std::vector<std::string> links);
  /// The configuration that is read and written; none before there is one. Thread-safe.
  [[nodiscard]] std::optional<std::filesystem::path> config() const;

 private:
  struct Known {
    Settings settings;
    std::optional<std::filesystem::path> config;
    std::string priority;
    LatenessSummary lateness;
    std::filesystem::path log;
    std::filesystem::path model;
    int dimension = 0;
    std::vector<std::string> links;
  };
  [[nodiscard]] Known known() const;
  ApiReply config_resource(const ApiRequest& request);
  ApiReply learn_resource(const ApiRequest& request);
  /// After a request that may have written it.
  void config_was_written(const std::filesystem::path& path);
  [[nodiscard]] ApiReply health();
  /// Since it was asked last; not oftener than once a second.
  doctor::UsageFacts usage();
  [[nodiscard]] ApiReply shared() const;

  const HouseHands hands_;
  mutable std::mutex mutex_;
  Known known_;
  std::chrono::steady_clock::time_point usage_taken_ = std::chrono::steady_clock::now();
  std::chrono::microseconds processor_then_ = platform::own_usage().processor;
  doctor::UsageFacts usage_;
  project::Project project_;
  LearnApi learn_;  // of the slow resources' thread
};

}  // namespace imps
