#include "tests/project/studio.h"

namespace imps::test {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kPatience{30};

}  // namespace

void Studio::open() {
  if (project_) return;
  project::ProjectFacts facts;
  facts.folder = folder.path();
  facts.program = imps;
  facts.running_log = [this] { return running_log; };
  facts.playing_model = [this] { return playing_model; };
  facts.play_model = [this](const std::string& file) -> Result<void> {
    if (file == "models/stubborn.safetensors") return Error{"it does not want to"};
    played.push_back(file);
    return {};
  };
  facts.changed = [this](std::string_view resource) {
    const std::scoped_lock lock(mutex_);
    ++changes_[std::string(resource)];
    changed_.notify_all();
  };
  project_ = std::make_unique<project::Project>(std::move(facts), limits_);
  project::add_project_api(api_, *project_);
}

Answer Studio::ask_parts(std::string_view method, std::vector<std::string> parts, std::string body,
                         std::map<std::string, std::string> query) {
  open();
  const ApiResource& resource = api_.at(parts.front());
  parts.erase(parts.begin());
  const ApiReply reply = resource.answer({.method = std::string(method),
                                          .path = std::move(parts),
                                          .query = std::move(query),
                                          .body = std::move(body)});
  Answer answer{.status = reply.status, .body = reply.body, .download = reply.download};
  if (reply.type == "application/json") answer.json = nlohmann::json::parse(reply.body);
  return answer;
}

Answer Studio::ask(std::string_view method, std::string_view path, std::string body,
                   std::map<std::string, std::string> query) {
  std::vector<std::string> parts;
  while (true) {
    const auto slash = path.find('/');
    parts.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return ask_parts(method, std::move(parts), std::move(body), std::move(query));
}

void Studio::program(std::string_view script) {
  imps = folder.write("fake-imps", "#!/bin/sh\n" + std::string(script));
  fs::permissions(imps, fs::perms::owner_all);
}

bool Studio::wait_until(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!holds()) {
    std::unique_lock lock(mutex_);
    // What is asked for may also change without a word, as a process's end does.
    if (std::chrono::steady_clock::now() > deadline) return false;
    changed_.wait_for(lock, std::chrono::milliseconds(50));
  }
  return true;
}

nlohmann::json Studio::end_of(const std::string& job) {
  nlohmann::json found;
  wait_until([&] {
    found = get("jobs/" + job);
    return found["state"] != "running";
  });
  return found;
}

std::size_t Studio::changes(std::string_view resource) {
  const std::scoped_lock lock(mutex_);
  const auto found = changes_.find(resource);
  return found == changes_.end() ? 0 : found->second;
}

}  // namespace imps::test
