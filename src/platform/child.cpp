#include "platform/child.h"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/sanitizer.h"

#if defined(__linux__)
#include <sys/prctl.h>
#elif defined(__APPLE__)
#include <mach-o/dyld.h>
#endif

namespace imps::platform {
namespace {

using Clock = std::chrono::steady_clock;

class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(); }
  void reset() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

// How the process is started: input and output are one socket, so that a child that dies while we
// write gives an error and not SIGPIPE.
class SpawnActions {
 public:
  explicit SpawnActions(int socket) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, socket, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, socket, STDOUT_FILENO);
    ::posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
#if defined(__linux__)
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
#endif
    ::posix_spawnattr_init(&attributes_);
    sigset_t all;
    ::sigfillset(&all);
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    // A group of its own: Ctrl-C at the terminal is for imps, which then waits for its child.
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP;
#if defined(__APPLE__)
    flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
    ::posix_spawnattr_setflags(&attributes_, flags);
  }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  int spawn(pid_t& pid, const std::string& program, std::vector<char*>& arguments) {
    char* no_environment[] = {nullptr};
    return ::posix_spawn(&pid, program.c_str(), &actions_, &attributes_, arguments.data(),
                         no_environment);
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

// Both ways at once until the child closes its end; says why it stopped early, if it did.
std::optional<ChildOutcome::End> converse(int socket, const ChildRequest& request,
                                          Clock::time_point deadline,
                                          std::vector<std::byte>& output) {
  std::span<const std::byte> rest = request.input;
  bool sending = true;
  std::vector<std::byte> buffer(std::size_t{1} << 16);
  for (;;) {
    if (sending && rest.empty()) {
      ::shutdown(socket, SHUT_WR);
      sending = false;
    }
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return ChildOutcome::End::too_late;
    pollfd waited{socket, static_cast<short>(sending ? POLLIN | POLLOUT : POLLIN), 0};
    const int ready =
        ::poll(&waited, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 1000)));
    if (ready < 0 && errno != EINTR) return ChildOutcome::End::too_late;
    if (ready <= 0) continue;
    if (sending && (waited.revents & POLLOUT) != 0) {
      const ssize_t sent = ::send(socket, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) {
        rest = rest.subspan(static_cast<std::size_t>(sent));
      } else if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        sending = false;  // the child is gone, or does not want more: what it wrote still counts
      }
    }
    if ((waited.revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
      const ssize_t got = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (got == 0) return std::nullopt;
      if (got < 0) {
        if (errno == EAGAIN || errno == EINTR) continue;
        return std::nullopt;
      }
      if (output.size() + static_cast<std::size_t>(got) > request.most_output) {
        return ChildOutcome::End::too_much;
      }
      output.insert(output.end(), buffer.begin(), buffer.begin() + got);
    }
  }
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::optional<std::filesystem::path> own_folder() {
#if defined(__APPLE__)
  std::uint32_t size = 0;
  ::_NSGetExecutablePath(nullptr, &size);
  std::string path(size, '\0');
  if (::_NSGetExecutablePath(path.data(), &size) != 0) return std::nullopt;
  std::error_code error;
  auto resolved = std::filesystem::canonical(path.c_str(), error);
#else
  std::error_code error;
  auto resolved = std::filesystem::read_symlink("/proc/self/exe", error);
#endif
  if (error) return std::nullopt;
  return resolved.parent_path();
}

}  // namespace

Result<ChildOutcome> run_child(const ChildRequest& request) {
  const auto deadline = Clock::now() + request.patience;
  int pair[2];
#if defined(__linux__)
  const int made = ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
#else
  const int made = ::socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
#endif
  if (made != 0) {
    return Error{
        fmt::format("cannot start {}: {}", request.program.string(), std::strerror(errno))};
  }
  Descriptor ours(pair[0]);
  Descriptor theirs(pair[1]);
#if defined(__APPLE__)
  ::fcntl(ours.get(), F_SETFD, FD_CLOEXEC);
  const int on = 1;
  ::setsockopt(ours.get(), SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif

  const std::string program = request.program.string();
  std::vector<std::string> words{program};
  words.insert(words.end(), request.arguments.begin(), request.arguments.end());
  std::vector<char*> arguments;
  for (std::string& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);

  pid_t pid = -1;
  {
    SpawnActions actions(theirs.get());
    if (const int failed = actions.spawn(pid, program, arguments); failed != 0) {
      return Error{fmt::format("cannot start {}: {}", program, std::strerror(failed))};
    }
  }
  theirs.reset();

  ChildOutcome outcome;
  std::optional<ChildOutcome::End> stopped = ChildOutcome::End::too_late;
  try {
    stopped = converse(ours.get(), request, deadline, outcome.output);
  } catch (const std::bad_alloc&) {
    stopped = ChildOutcome::End::too_much;
  }
  // Nothing is waited for beyond this point. One that is just exiting keeps its exit status.
  ::kill(pid, SIGKILL);
  ours.reset();
  const int status = wait_for(pid);
  if (stopped) {
    outcome.end = *stopped;
  } else if (WIFSIGNALED(status)) {
    outcome.end = ChildOutcome::End::signalled;
    outcome.status = WTERMSIG(status);
  } else {
    outcome.end = ChildOutcome::End::exited;
    outcome.status = WEXITSTATUS(status);
  }
  return outcome;
}

bool limit_this_process(const Limits& limits) {
  const auto set = [](auto which, rlim_t most) {
    const rlimit limit{most, most};
    return ::setrlimit(which, &limit) == 0;
  };
  bool all = set(RLIMIT_CORE, 0) && set(RLIMIT_FSIZE, 0) &&
             set(RLIMIT_CPU, static_cast<rlim_t>(limits.processor_time.count()));
#if !defined(IMPS_ADDRESS_SANITIZER) && !defined(IMPS_THREAD_SANITIZER)
  // Opening anything fails from here on; what is open stays so.
  all = all && set(RLIMIT_NOFILE, 0);
#if defined(__linux__)  // elsewhere the limit exists and is not kept
  all = all && set(RLIMIT_AS, limits.memory);
#endif
#endif
#if defined(__linux__)
  all = all && ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
        ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
#endif
  return all;
}

Result<std::filesystem::path> find_helper(const std::string& name) {
  std::vector<std::filesystem::path> places;
  if (const char* const set = std::getenv("IMPS_LIBEXEC"); set != nullptr && *set != '\0') {
    places.emplace_back(set);
  } else if (const auto folder = own_folder()) {
    places.push_back(*folder);
    places.push_back(folder->parent_path() / "libexec" / "imps");
  }
  std::string looked;
  for (const auto& place : places) {
    auto path = place / name;
    if (::access(path.c_str(), X_OK) == 0)
      return Result<std::filesystem::path>{boost::system::in_place_value, path};
    looked += (looked.empty() ? "" : " and ") + path.string();
  }
  return Error{
      fmt::format("the program {} is missing (looked for {}): it is built with imps; put "
                  "it beside imps or set IMPS_LIBEXEC to its folder",
                  name, looked)};
}

}  // namespace imps::platform
