#include "session/page_api.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "interface/ports_here.h"
#include "model/built_in/built_in.h"
#include "platform/machine.h"
#include "platform/supervisor.h"
#include "session/config_api.h"
#include "session/doctor/examine.h"
#include "web/qr.h"

namespace imps {
namespace {

/// Where a configuration is made that is not there yet.
constexpr const char* kConfig = "imps.toml";

std::filesystem::path program() {
  const auto path = platform::own_program();
  return path ? std::filesystem::path(*path) : std::filesystem::path("imps");
}

bool is_plain_get(const ApiRequest& request) {
  return request.method == "GET" && request.path.empty();
}

}  // namespace

PageApi::PageApi(const Settings& settings, std::optional<std::filesystem::path> config,
                 HouseHands hands)
    : hands_(std::move(hands)),
      known_{.settings = settings, .config = std::move(config)},
      project_({.logs = settings.log.folder,
                .models = settings.model.folder,
                .program = program(),
                .running_log = [this] { return known().log.string(); },
                .playing_model = [this] { return known().model.string(); },
                .play_model = [this](const std::string& file) { return hands_.play_model(file); },
                .changed = [this](std::string_view resource) { hands_.changed(resource); }}) {}

Api PageApi::resources() {
  Api all;
  project::add_project_api(all, project_);
  all["config"] = {.answer = [this](const ApiRequest& request) { return config_resource(request); },
                   .is_slow = true,
                   .most_bytes = 4 * 1024 * 1024};
  all["learn"] = {.answer = [this](const ApiRequest& request) { return learn_resource(request); },
                  .is_slow = true};
  all["ports"] = {.answer =
                      [ports = std::make_shared<PortsLook>()](const ApiRequest& request) {
                        if (!is_plain_get(request)) return not_allowed(request.method, "GET");
                        return ApiReply{.body = to_json(ports->look())};
                      },
                  .is_slow = true};
  all["health"] = {.answer =
                       [this](const ApiRequest& request) {
                         return is_plain_get(request) ? health()
                                                      : not_allowed(request.method, "GET");
                       },
                   .is_slow = true};
  all["told"] = {.answer =
                     [this](const ApiRequest& request) {
                       return is_plain_get(request) ? ApiReply{.body = hands_.told()}
                                                    : not_allowed(request.method, "GET");
                     },
                 .is_slow = true};
  all["share"] = {.answer =
                      [this](const ApiRequest& request) {
                        return is_plain_get(request) ? shared()
                                                     : not_allowed(request.method, "GET");
                      },
                  .is_slow = true};
  return all;
}

void PageApi::share(std::vector<std::string> links) {
  const std::lock_guard lock(mutex_);
  known_.links = std::move(links);
}

ApiReply PageApi::shared() const {
  const auto links = known().links;
  const nlohmann::json json{
      {"links", links},
      {"qr", links.empty() ? std::vector<std::string>() : qr_rows(links.front())}};
  return {.body = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

void PageApi::keep(const Report& report, const Settings& settings, std::string priority,
                   const std::filesystem::path& log, const std::filesystem::path& model) {
  const std::lock_guard lock(mutex_);
  known_.settings = settings;
  known_.priority = std::move(priority);
  known_.lateness = report.lateness;
  known_.log = log;
  known_.model = model;
  known_.dimension = report.dimension;
}

std::optional<std::filesystem::path> PageApi::config() const { return known().config; }

PageApi::Known PageApi::known() const {
  const std::lock_guard lock(mutex_);
  return known_;
}

ApiReply PageApi::config_resource(const ApiRequest& request) {
  const std::filesystem::path path = config().value_or(kConfig);
  bool written = false;
  ApiReply reply = answer_config(request, path, written);
  if (written) config_was_written(path);
  return reply;
}

ApiReply PageApi::learn_resource(const ApiRequest& request) {
  const std::filesystem::path path = config().value_or(kConfig);
  ApiReply reply = learn_.answer(request, known().settings.midi, path);
  if (request.at(0) == "keep" && reply.status == 200) config_was_written(path);
  return reply;
}

void PageApi::config_was_written(const std::filesystem::path& path) {
  {
    std::error_code ignored;
    const std::lock_guard lock(mutex_);
    if (!known_.config && std::filesystem::exists(path, ignored)) known_.config = path;
  }
  hands_.changed("config");
}

doctor::UsageFacts PageApi::usage() {
  const auto now = std::chrono::steady_clock::now();
  const auto span = now - usage_taken_;
  if (span < std::chrono::seconds(1)) return usage_;
  const platform::OwnUsage taken = platform::own_usage();
  usage_.cores = std::chrono::duration<double>(taken.processor - processor_then_) / span;
  usage_.memory = taken.memory;
  usage_taken_ = now;
  processor_then_ = taken.processor;
  return usage_;
}

ApiReply PageApi::health() {
  Known now = known();
  // What plays, rather than what would be chosen anew.
  if (!now.model.empty())
    now.settings.model.file = now.model;
  else if (now.dimension != 0)
    now.settings.model.file = built_in_name(now.dimension);
  const auto checks = doctor::examine({.config = now.config,
                                       .performing = doctor::Performing{.settings = now.settings,
                                                                        .priority = now.priority,
                                                                        .lateness = now.lateness,
                                                                        .usage = usage()}});
  const nlohmann::json lateness{{"edges_ms", Lateness::coarse_edges()},
                                {"counts", now.lateness.coarse}};
  return {.body =
              "{\"checks\":" + doctor::to_json(checks) + ",\"lateness\":" + lateness.dump() + "}"};
}

}  // namespace imps
