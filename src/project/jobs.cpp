#include "project/jobs.h"

#include <algorithm>
#include <array>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <poll.h>

#include "config/text.h"
#include "platform/wake.h"
#include "platform/worker.h"
#include "project/job_command.h"
#include "project/job_record.h"

namespace imps::project {
namespace {

using Clock = std::chrono::steady_clock;
using Stream = platform::Worker::Stream;

// Ends are asked for as often: no descriptor tells of them everywhere.
constexpr int kTickMs = 50;
// Of what a job left in its pipes when it ended; a pipe holds 64 KiB, but others may write on.
constexpr int kMostLastPieces = 64;

constexpr std::array kStreams{Stream::output, Stream::errors};

struct Job {
  JobRecord record;
  Clock::time_point began;
  Clock::time_point ended{};
  std::optional<platform::Worker> worker{};  // while it runs
  bool was_stopped = false;
  Clock::time_point kill_at = Clock::time_point::max();

  [[nodiscard]] bool is_running() const noexcept { return worker.has_value(); }
  [[nodiscard]] Json json(bool in_list) const {
    const auto until = is_running() ? Clock::now() : ended;
    return record.json(std::chrono::duration<double>(until - began).count(), in_list);
  }
  void stop(std::chrono::milliseconds patience) {
    if (!was_stopped) worker->interrupt();
    was_stopped = true;
    kill_at = std::min(kill_at, Clock::now() + patience);
  }
};

}  // namespace

struct Jobs::Work {
  Work(const ProjectFacts& f, const JobLimits& l) : facts(f), limits(l) {}

  const ProjectFacts& facts;
  const JobLimits limits;
  platform::Wake wake;  // signalled with the lock held: from one thread at a time
  std::thread thread;

  std::mutex mutex;
  // All below with the lock held.
  std::deque<Job> jobs;  // the newest last
  std::uint64_t begun = 0;
  bool is_ending = false;

  ApiReply begin(const ApiRequest& request);
  ApiReply list();
  ApiReply look(const std::string& id);
  ApiReply stop(const std::string& id);

  void run();
  bool read(Job& job);
  void end(Job& job, const platform::Worker::End& how, std::set<std::string_view>& news);
  [[nodiscard]] std::vector<pollfd> waited_for();
  Job* find(const std::string& id);
  void forget_old();
};

Job* Jobs::Work::find(const std::string& id) {
  const auto found =
      std::ranges::find_if(jobs, [&id](const Job& job) { return job.record.id() == id; });
  return found == jobs.end() ? nullptr : &*found;
}

void Jobs::Work::forget_old() {
  for (auto job = jobs.begin(); job != jobs.end() && jobs.size() > limits.kept;)
    job = job->is_running() ? std::next(job) : jobs.erase(job);
}

ApiReply Jobs::Work::begin(const ApiRequest& request) {
  const auto json = object_in(request);
  if (!json) return api_error(400, json.error().message);
  auto command = job_command(*json, facts);
  if (!command) return api_error(400, command.error().message);
  ApiReply answer;
  {
    const std::scoped_lock lock(mutex);
    std::size_t running = 0;
    for (const Job& job : jobs) {
      if (!job.is_running()) continue;
      ++running;
      if (job.record.kind() != command->kind) continue;
      return api_error(409, fmt::format("{}: one is running already (job {}): wait for its end, "
                                        "or stop it",
                                        name_of(command->kind), job.record.id()));
    }
    if (running >= limits.running)
      return api_error(409, fmt::format("{} jobs are running already: wait for the end of one, or "
                                        "stop one",
                                        running));
    auto worker = platform::Worker::start(
        {.program = facts.program, .arguments = command->arguments, .folder = facts.folder});
    if (!worker) return api_error(500, worker.error().message);
    jobs.push_back(
        {.record = JobRecord(std::to_string(++begun), command->kind, std::move(command->words)),
         .began = Clock::now(),
         .worker = std::move(*worker)});
    forget_old();
    answer = reply(jobs.back().json(false), 201);
    if (thread.joinable()) {
      wake.signal();
    } else {
      thread = std::thread([this] { run(); });
    }
  }
  facts.tell_changed("jobs");
  return answer;
}

ApiReply Jobs::Work::list() {
  const std::scoped_lock lock(mutex);
  Json all = Json::array();
  for (auto job = jobs.rbegin(); job != jobs.rend(); ++job)
    all.push_back(job->json(true));
  return reply(all);
}

ApiReply Jobs::Work::look(const std::string& id) {
  const std::scoped_lock lock(mutex);
  const Job* const job = find(id);
  if (job == nullptr) return api_error(404, fmt::format("{}: there is no such job", shortened(id)));
  return reply(job->json(false));
}

ApiReply Jobs::Work::stop(const std::string& id) {
  const std::scoped_lock lock(mutex);
  Job* const job = find(id);
  if (job == nullptr) return api_error(404, fmt::format("{}: there is no such job", shortened(id)));
  if (job->is_running()) job->stop(limits.patience);
  return reply(job->json(false));
}

std::vector<pollfd> Jobs::Work::waited_for() {
  std::vector<pollfd> all{{.fd = wake.fd(), .events = POLLIN, .revents = 0}};
  for (const Job& job : jobs) {
    if (!job.is_running()) continue;
    for (const Stream stream : kStreams) {
      if (const int fd = job.worker->descriptor(stream); fd >= 0)
        all.push_back({.fd = fd, .events = POLLIN, .revents = 0});
    }
  }
  return all;
}

/// One piece of each stream: a job that floods does not keep the others waiting.
bool Jobs::Work::read(Job& job) {
  bool is_new = false;
  std::string piece;
  if (job.worker->read(Stream::output, piece)) is_new = job.record.hear_output(piece) || is_new;
  piece.clear();
  if (job.worker->read(Stream::errors, piece)) is_new = job.record.hear_errors(piece) || is_new;
  return is_new;
}

void Jobs::Work::end(Job& job, const platform::Worker::End& how, std::set<std::string_view>& news) {
  std::string piece;
  for (int k = 0; k < kMostLastPieces && job.worker->read(Stream::output, piece); ++k) {
    job.record.hear_output(piece);
    piece.clear();
  }
  piece.clear();
  for (int k = 0; k < kMostLastPieces && job.worker->read(Stream::errors, piece); ++k) {
    job.record.hear_errors(piece);
    piece.clear();
  }
  job.record.end(how, job.was_stopped);
  job.worker.reset();
  job.ended = Clock::now();
  news.insert("jobs");
  const JobKind kind = job.record.kind();
  if (kind == JobKind::train || kind == JobKind::convert) news.insert("models");
  if (kind == JobKind::generate) news.insert("takes");
}

void Jobs::Work::run() {
  bool has_news = false;
  Clock::time_point told{};
  for (;;) {
    std::vector<pollfd> all;
    bool is_idle = true;
    {
      const std::scoped_lock lock(mutex);
      all = waited_for();
      is_idle = std::ranges::none_of(jobs, &Job::is_running);
      if (is_ending && is_idle) return;
    }
    // Only this thread closes descriptors of jobs.
    ::poll(all.data(), all.size(), is_idle ? -1 : kTickMs);
    if ((all.front().revents & POLLIN) != 0) wake.clear();
    std::set<std::string_view> news;
    {
      const std::scoped_lock lock(mutex);
      for (Job& job : jobs) {
        if (!job.is_running()) continue;
        if (is_ending) job.stop(limits.last_patience);
        has_news = read(job) || has_news;
        if (const auto how = job.worker->end()) {
          end(job, *how, news);
        } else if (Clock::now() >= job.kill_at) {
          job.worker->kill();
        }
      }
    }
    if (has_news && Clock::now() - told >= limits.between_news) news.insert("jobs");
    if (news.contains("jobs")) {
      has_news = false;
      told = Clock::now();
    }
    for (const std::string_view resource : news)
      facts.tell_changed(resource);
  }
}

Jobs::Jobs(const ProjectFacts& facts, const JobLimits& limits)
    : work_(std::make_unique<Work>(facts, limits)) {}

Jobs::~Jobs() {
  if (!work_->thread.joinable()) return;
  {
    const std::scoped_lock lock(work_->mutex);
    work_->is_ending = true;
    work_->wake.signal();
  }
  work_->thread.join();
}

ApiReply Jobs::answer(const ApiRequest& request) {
  if (request.path.empty()) {
    if (request.method == "GET") return work_->list();
    if (request.method == "POST") return work_->begin(request);
    return not_allowed(request.method, "GET, POST");
  }
  const std::string id(request.at(0));
  if (request.path.size() > 1)
    return api_error(404, fmt::format("{}: there is no such job", shortened(request.at(1))));
  if (request.method == "GET") return work_->look(id);
  if (request.method == "DELETE") return work_->stop(id);
  return not_allowed(request.method, "GET, DELETE");
}

}  // namespace imps::project
