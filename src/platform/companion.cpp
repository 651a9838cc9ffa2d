#include "platform/companion.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/prctl.h>
#endif

extern char** environ;

namespace imps::platform {
namespace {

// What a signal's handler may look at.
std::atomic<pid_t> companion{0};

std::atomic<bool> asked_to_stop{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal's handler sets it");

void hand_on(int) {
  asked_to_stop = true;
  const int saved = errno;
  if (const pid_t pid = companion.load(); pid > 0) ::kill(pid, SIGINT);
  errno = saved;
}

bool open_pipe(std::array<int, 2>& ends) noexcept {
  if (::pipe(ends.data()) != 0) return false;
  for (const int end : ends)
    ::fcntl(end, F_SETFD, FD_CLOEXEC);
  return true;
}

void on(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& more) {
  std::vector<std::string> all;
  for (const auto& [name, value] : more)
    all.push_back(name + "=" + value);
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const bool replaced = std::any_of(more.begin(), more.end(), [&text](const auto& variable) {
      return text.rfind(variable.first + "=", 0) == 0;
    });
    if (!replaced) all.push_back(text);
  }
  return all;
}

/// Whether a process was stopped: the first letter after its name in /proc/PID/stat is a T.
bool is_stopped(pid_t pid) noexcept {
#if defined(__linux__)
  std::array<char, 32> path{};
  std::snprintf(path.data(), path.size(), "/proc/%d/stat", static_cast<int>(pid));
  const int file = ::open(path.data(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  std::array<char, 256> text{};
  const ssize_t size = ::read(file, text.data(), text.size());
  ::close(file);
  const std::string_view line(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  const auto name_end = line.rfind(") ");  // a name may hold anything
  return name_end != std::string_view::npos && line.substr(name_end + 2, 1) == "T";
#else
  static_cast<void>(pid);
  return false;
#endif
}

}  // namespace

struct Companion::Process {
  pid_t pid = 0;
  int output = -1;
  std::string unread;
  std::optional<int> status;

  ~Process() {
    if (output >= 0) ::close(output);
    if (!status) {
      ::kill(pid, SIGINT);
      wait();
    }
  }
  int wait() {
    if (!status) {
      int how = 0;
      while (::waitpid(pid, &how, 0) < 0 && errno == EINTR) {
      }
      status = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
      pid_t mine = pid;
      companion.compare_exchange_strong(mine, 0);
    }
    return *status;
  }
};

Companion::Companion(std::unique_ptr<Process> process) noexcept : process_(std::move(process)) {}
Companion::Companion(Companion&&) noexcept = default;
Companion& Companion::operator=(Companion&&) noexcept = default;
Companion::~Companion() = default;

Result<Companion> Companion::start(const CompanionRequest& request) {
  if (request.input.size() > kMostCompanionInput)
    return Error{"there is more to say to the program than it can take"};
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (!open_pipe(in)) return Error{std::strerror(errno)};
  if (!open_pipe(out)) {
    const Error error{std::strerror(errno)};
    ::close(in[0]);
    ::close(in[1]);
    return error;
  }
  // The pipe holds all of it: nobody waits.
  const ssize_t written = ::write(in[1], request.input.data(), request.input.size());
  ::close(in[1]);

  std::vector<std::string> arguments{request.program.string()};
  arguments.insert(arguments.end(), request.arguments.begin(), request.arguments.end());
  std::vector<std::string> environment = environment_with(request.environment);
  const auto pointers = [](std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (std::string& text : texts)
      list.push_back(text.data());
    list.push_back(nullptr);
    return list;
  };
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  auto process = std::make_unique<Process>();
  process->status = 0;  // nothing to wait for yet
  const int failed = ::posix_spawn(&process->pid, request.program.c_str(), &actions, nullptr,
                                   pointers(arguments).data(), pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  process->output = out[0];
  if (failed != 0 || written != static_cast<ssize_t>(request.input.size())) {
    return Error{fmt::format("{}: cannot be started: {}", request.program.string(),
                             std::strerror(failed != 0 ? failed : EPIPE))};
  }
  process->status.reset();
  return Companion(std::move(process));
}

std::optional<std::string> Companion::read_line() {
  std::string& unread = process_->unread;
  while (true) {
    if (const auto end = unread.find('\n'); end != std::string::npos) {
      std::string line = unread.substr(0, end);
      unread.erase(0, end + 1);
      return line;
    }
    std::array<char, 65536> buffer{};
    const ssize_t got = ::read(process_->output, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    unread.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

int Companion::wait() { return process_->wait(); }

void Companion::hand_on_signals() {
  companion = process_->pid;
  on(SIGINT, hand_on);  // from a terminal it comes to both; twice does no harm
  on(SIGTERM, hand_on);
  on(SIGHUP, hand_on);
  if (asked_to_stop) ::kill(process_->pid, SIGINT);  // between two companions
}

bool Companion::is_stopped() const noexcept { return platform::is_stopped(process_->pid); }

bool Companion::was_asked_to_stop() noexcept { return asked_to_stop; }

void follow_starter(int signal) noexcept {
#if defined(__linux__)
  ::prctl(PR_SET_PDEATHSIG, signal);
#else
  static_cast<void>(signal);
#endif
}

bool starter_is_stopped() noexcept { return is_stopped(::getppid()); }

}  // namespace imps::platform
