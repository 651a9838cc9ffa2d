#include "platform/worker.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace imps::platform {
namespace {

class Pipe {
 public:
  Pipe() {
#if defined(__linux__)
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) ends_ = {-1, -1};
#else
    if (::pipe(ends_.data()) != 0) ends_ = {-1, -1};
    for (const int end : ends_)
      if (end >= 0) ::fcntl(end, F_SETFD, FD_CLOEXEC);
#endif
    if (is_open()) ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    for (const int end : ends_)
      if (end >= 0) ::close(end);
  }
  [[nodiscard]] bool is_open() const noexcept { return ends_[0] >= 0; }
  [[nodiscard]] int theirs() const noexcept { return ends_[1]; }
  int take_ours() noexcept { return std::exchange(ends_[0], -1); }

 private:
  std::array<int, 2> ends_{};
};

class Attributes {
 public:
  Attributes() {
    ::posix_spawnattr_init(&attributes_);
    sigset_t all;
    ::sigfillset(&all);
    sigset_t none;
    ::sigemptyset(&none);
    // What we ignore or hold back is ours: it ends when nobody reads, and when it is asked to.
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP;
#if defined(__APPLE__)
    flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
    ::posix_spawnattr_setflags(&attributes_, flags);
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }
  [[nodiscard]] const posix_spawnattr_t* get() const noexcept { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

class Actions {
 public:
  Actions(const std::filesystem::path& folder, int output, int errors) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, errors, STDERR_FILENO);
    ::posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
#if defined(__linux__)
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
#endif
  }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  ~Actions() { ::posix_spawn_file_actions_destroy(&actions_); }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

std::size_t index_of(Worker::Stream stream) noexcept {
  return stream == Worker::Stream::output ? 0 : 1;
}

}  // namespace

struct Worker::Process {
  pid_t pid = 0;
  std::array<int, 2> streams{-1, -1};
  std::optional<End> end;

  Process() = default;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (pid > 0 && !end) {
      ::kill(-pid, SIGKILL);
      wait(0);
    }
    for (const int stream : streams)
      if (stream >= 0) ::close(stream);
  }

  void wait(int options) noexcept {
    int how = 0;
    pid_t found = 0;
    do {
      found = ::waitpid(pid, &how, options);
    } while (found < 0 && errno == EINTR);
    if (found == 0) return;
    if (found < 0) {
      end = End{};  // somebody else has waited for it: how it ended is lost
    } else if (WIFSIGNALED(how)) {
      end = End{.signalled = true, .status = WTERMSIG(how)};
    } else {
      end = End{.signalled = false, .status = WEXITSTATUS(how)};
    }
  }
};

Worker::Worker(std::unique_ptr<Process> process) noexcept : process_(std::move(process)) {}
Worker::Worker(Worker&&) noexcept = default;
Worker& Worker::operator=(Worker&&) noexcept = default;
Worker::~Worker() = default;

Result<Worker> Worker::start(const WorkerRequest& request) {
  const auto refused = [&request](int code) {
    return Error{
        fmt::format("{}: cannot be started: {}", request.program.string(), std::strerror(code))};
  };
  Pipe output;
  Pipe errors;
  if (!output.is_open() || !errors.is_open()) return refused(errno);
  std::vector<std::string> words{request.program.string()};
  words.insert(words.end(), request.arguments.begin(), request.arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words)
    pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const Actions actions(request.folder.empty() ? "." : request.folder, output.theirs(),
                        errors.theirs());
  const Attributes attributes;
  auto process = std::make_unique<Process>();
  if (const int failed = ::posix_spawn(&process->pid, request.program.c_str(), actions.get(),
                                       attributes.get(), pointers.data(), environ);
      failed != 0) {
    process->pid = 0;
    return refused(failed);
  }
  process->streams = {output.take_ours(), errors.take_ours()};
  // For all that it has started by now, and what those start inherits it.
  errno = 0;
  const int ours = ::getpriority(PRIO_PROCESS, 0);
  if (errno == 0) {
    ::setpriority(PRIO_PGRP, static_cast<id_t>(process->pid),
                  std::min(ours + request.niceness, 19));
  }
  return Worker(std::move(process));
}

int Worker::descriptor(Stream stream) const noexcept { return process_->streams[index_of(stream)]; }

bool Worker::read(Stream stream, std::string& to) {
  int& descriptor = process_->streams[index_of(stream)];
  if (descriptor < 0) return false;
  std::array<char, std::size_t{1} << 16> piece;
  ssize_t got = 0;
  do {
    got = ::read(descriptor, piece.data(), piece.size());
  } while (got < 0 && errno == EINTR);
  if (got > 0) {
    to.append(piece.data(), static_cast<std::size_t>(got));
    return true;
  }
  if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) ::close(std::exchange(descriptor, -1));
  return false;
}

void Worker::interrupt() noexcept {
  if (!process_->end) ::kill(-process_->pid, SIGINT);
}

void Worker::kill() noexcept {
  if (!process_->end) ::kill(-process_->pid, SIGKILL);
}

std::optional<Worker::End> Worker::end() noexcept {
  if (!process_->end) process_->wait(WNOHANG);
  return process_->end;
}

}  // namespace imps::platform
