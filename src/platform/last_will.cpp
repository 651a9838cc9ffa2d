#include "platform/last_will.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace imps::platform {
namespace {

constexpr char kRevoked = 'r';
/// What the other program lives on through.
constexpr std::array kBorne{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
/// What an end in order may take longer for it.
constexpr std::chrono::milliseconds kPatience{1000};

bool has_ended(pid_t process) noexcept {
  const pid_t got = ::waitpid(process, nullptr, WNOHANG);
  return got == process || (got < 0 && errno != EINTR);
}

}  // namespace

Result<LastWill> LastWill::make(const std::vector<std::string>& words, const SharedMemory& memory) {
  int ends[2];
  if (::pipe(ends) != 0) return Error{std::string("no pipe: ") + std::strerror(errno)};
  for (const int end : ends)
    ::fcntl(end, F_SETFD, FD_CLOEXEC);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, memory.fd(), kInheritedMemory);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
#if defined(__linux__)
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
#endif
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  // They wait until it has come to ignore them.
  sigset_t borne;
  ::sigemptyset(&borne);
  for (const int signal : kBorne)
    ::sigaddset(&borne, signal);
  ::posix_spawnattr_setsigmask(&attributes, &borne);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP;
#if defined(__APPLE__)
  flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
  ::posix_spawnattr_setflags(&attributes, flags);

  std::vector<std::string> arguments = words;
  std::vector<char*> pointers;
  for (std::string& argument : arguments)
    pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  pid_t process = 0;
  const int failed =
      ::posix_spawn(&process, pointers[0], &actions, &attributes, pointers.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[0]);
  if (failed != 0) {
    ::close(ends[1]);
    return Error{fmt::format("{}: cannot be started: {}", words[0], std::strerror(failed))};
  }
  return {boost::system::in_place_value, LastWill(process, ends[1])};
}

LastWill::LastWill(LastWill&& other) noexcept
    : process_(std::exchange(other.process_, 0)), lifeline_(std::exchange(other.lifeline_, -1)) {}

LastWill::~LastWill() {
  if (lifeline_ >= 0) ::close(lifeline_);
}

bool LastWill::has_died() noexcept {
  if (lifeline_ >= 0 && has_ended(process_)) ::close(std::exchange(lifeline_, -1));
  return lifeline_ < 0;
}

void LastWill::revoke() noexcept {
  if (lifeline_ < 0) return;
  // SIGPIPE is ignored while imps performs; and one that has ended needs no word.
  if (!has_ended(process_)) {
    [[maybe_unused]] const auto written = ::write(lifeline_, &kRevoked, 1);
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (!has_ended(process_)) {
      ::poll(nullptr, 0, 1);
      if (std::chrono::steady_clock::now() < until) continue;
      ::kill(process_, SIGKILL);
      ::waitpid(process_, nullptr, 0);
      break;
    }
  }
  ::close(std::exchange(lifeline_, -1));
}

bool await_starters_end() noexcept {
  for (const int signal : kBorne)
    std::signal(signal, SIG_IGN);
  char word = 0;
  ssize_t got = 0;
  do {
    got = ::read(STDIN_FILENO, &word, 1);
  } while (got < 0 && errno == EINTR);
  return got == 0;
}

}  // namespace imps::platform
