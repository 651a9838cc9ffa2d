// imps-train: reads a job from standard input, trains, and tells of it in JSON lines on standard
// output. `imps train` starts it; doc/training.md, "The two programs".
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "platform/companion.h"
#include "platform/thread.h"
#include "train/job.h"
#include "train/processes.h"

namespace {

std::atomic<bool> stop{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal's handler sets it");

void ask_to_stop(int) { stop = true; }

/// Nobody reads any more: end in order, with the best so far.
void tell(const nlohmann::ordered_json& message) {
  using Json = nlohmann::ordered_json;
  const std::string line = message.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  if (std::fwrite(line.data(), 1, line.size(), stdout) != line.size() || std::fflush(stdout) != 0)
    stop = true;
}

}  // namespace

int main() {
  std::signal(SIGINT, ask_to_stop);
  std::signal(SIGTERM, ask_to_stop);
  std::signal(SIGHUP, ask_to_stop);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // such a write fails like one to a full disk
  imps::platform::follow_starter(SIGINT);
  imps::platform::flush_denormals();

  const auto fail = [](const std::string& message) {
    tell({{"event", "error"}, {"message", message}});
    return 1;
  };
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  const auto json = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!json.is_object())
    return fail("imps-train reads a job from 'imps train', which is the command to use");
  const auto job = imps::train::parse_job(json);
  if (!job) return fail(job.error().message);
  using Joined = imps::Result<std::unique_ptr<imps::train::Exchange>>;
  const Joined exchange =
      job->alone ? Joined(std::unique_ptr<imps::train::Exchange>()) : imps::train::join_processes();
  if (!exchange) return fail(exchange.error().message);
  const auto done = imps::train::run(*job, exchange->get(), tell, stop);
  if (!done) {
    fail(done.error().message);
    // The other processes may be waiting for this one: mpirun ends them when it fails.
    std::fflush(stdout);
    if (*exchange) std::_Exit(1);
    return 1;
  }
  return 0;
}
