#include "platform/supervisor.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__APPLE__)
#include <mach-o/dyld.h>
#endif

#include "platform/wake.h"

extern char** environ;

namespace imps::platform {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array kHandedOn{SIGINT, SIGTERM, SIGHUP};

// What the signals' handler may look at.
std::atomic<pid_t> charge{0};
std::atomic<bool> asked_to_end{false};
std::atomic<Wake*> wake{nullptr};
static_assert(std::atomic<pid_t>::is_always_lock_free && std::atomic<Wake*>::is_always_lock_free,
              "a signal's handler uses them");

std::array<struct sigaction, kHandedOn.size()> before;
struct sigaction before_ends;  // of SIGCHLD

void wake_up(int) {
  const int saved = errno;
  if (Wake* const waiting = wake.load()) waiting->signal();
  errno = saved;
}

void hand_on(int signal, siginfo_t* info, void*) {
  const int saved = errno;
  const bool by_terminal = info->si_pid == 0;  // which tells everybody that it runs
  const pid_t pid = charge.load();
  if (signal != SIGHUP || (by_terminal && pid == 0)) asked_to_end = true;
  if (pid > 0 && !by_terminal) ::kill(pid, signal);
  if (Wake* const waiting = wake.load()) waiting->signal();
  errno = saved;
}

}  // namespace

Supervisor::Supervisor() {
  asked_to_end = false;
  wake = new Wake;
  for (std::size_t k = 0; k < kHandedOn.size(); ++k) {
    struct sigaction action {};
    action.sa_sigaction = hand_on;
    action.sa_flags = SA_RESTART | SA_SIGINFO;
    ::sigfillset(&action.sa_mask);
    ::sigaction(kHandedOn[k], &action, &before[k]);
  }
  struct sigaction action {};
  action.sa_handler = wake_up;
  action.sa_flags = SA_RESTART | SA_NOCLDSTOP;
  ::sigfillset(&action.sa_mask);
  ::sigaction(SIGCHLD, &action, &before_ends);
}

Supervisor::~Supervisor() {
  for (std::size_t k = 0; k < kHandedOn.size(); ++k)
    ::sigaction(kHandedOn[k], &before[k], nullptr);
  ::sigaction(SIGCHLD, &before_ends, nullptr);
  delete wake.exchange(nullptr);
}

Result<Supervisor::End> Supervisor::run(const std::vector<std::string>& words) {
  std::vector<std::string> arguments = words;
  std::vector<char*> pointers;
  for (std::string& argument : arguments)
    pointers.push_back(argument.data());
  pointers.push_back(nullptr);

  const auto began = Clock::now();
  // No signal may find the program running and its number unknown.
  sigset_t all;
  sigset_t mask;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, &mask);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setsigmask(&attributes, &mask);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t pid = 0;
  const int failed =
      ::posix_spawn(&pid, arguments[0].c_str(), nullptr, &attributes, pointers.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  if (failed == 0) charge = pid;
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  if (failed != 0)
    return Error{fmt::format("{}: cannot be started: {}", arguments[0], std::strerror(failed))};
  if (asked_to_end) ::kill(pid, SIGTERM);  // it may have come just before

  // It stays a zombie, and its number its own, until nothing is handed on to it any more.
  const auto has_ended = [pid] {
    siginfo_t info{};
    const int refused = ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT | WNOHANG);
    return refused == 0 ? info.si_pid == pid : errno != EINTR;
  };
  while (!has_ended()) {
    pollfd waited{.fd = wake.load()->fd(), .events = POLLIN, .revents = 0};
    if (::poll(&waited, 1, -1) == 1) wake.load()->clear();
  }
  charge = 0;
  int how = 0;
  while (::waitpid(pid, &how, 0) < 0 && errno == EINTR) {
  }
  return End{.signalled = WIFSIGNALED(how),
             .status = WIFSIGNALED(how) ? WTERMSIG(how) : WEXITSTATUS(how),
             .lived = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began)};
}

bool Supervisor::rest(std::chrono::milliseconds time) {
  const auto until = Clock::now() + time;
  while (!asked_to_end) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    if (left.count() <= 0) return true;
    pollfd waited{.fd = wake.load()->fd(), .events = POLLIN, .revents = 0};
    if (::poll(&waited, 1, static_cast<int>(left.count())) == 1) wake.load()->clear();
  }
  return false;
}

bool Supervisor::was_asked_to_end() noexcept { return asked_to_end; }

bool is_started_by(int starter) noexcept { return ::getppid() == starter; }

int own_process() noexcept { return ::getpid(); }

Result<std::string> own_program() {
#if defined(__APPLE__)
  std::uint32_t size = 0;
  ::_NSGetExecutablePath(nullptr, &size);
  std::string path(size, '\0');
  if (::_NSGetExecutablePath(path.data(), &size) != 0)
    return Error{"cannot find out which program this is"};
  path.resize(std::strlen(path.c_str()));
  return {boost::system::in_place_value, path};
#else
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return Error{"cannot find out which program this is: " + error.message()};
  return {boost::system::in_place_value, path.string()};
#endif
}

}  // namespace imps::platform
