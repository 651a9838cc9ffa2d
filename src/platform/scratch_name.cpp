#include "platform/scratch_name.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include <signal.h>
#include <unistd.h>

namespace imps::platform {
namespace {

// What the handler removes. A slot's text belongs to whoever takes it out.
std::array<std::atomic<char*>, 16> names{};
std::atomic<pid_t> owner{0};
static_assert(std::atomic<char*>::is_always_lock_free && std::atomic<pid_t>::is_always_lock_free,
              "a signal's handler uses them");

/// Async-signal-safe throughout.
void remove_and_end(int signal) {
  // A child between fork() and exec() has this handler too, but the files are its parent's.
  if (::getpid() == owner.load()) {
    for (std::atomic<char*>& name : names)
      if (char* const path = name.exchange(nullptr); path != nullptr) ::unlink(path);
  }
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  sigemptyset(&usual.sa_mask);
  ::sigaction(signal, &usual, nullptr);
  ::raise(signal);  // blocked until this returns
}

/// The process that made `name`, which begins with `stem` and ends with `what`; 0 when it is not
/// such a name.
pid_t maker_of(std::string_view name, std::string_view stem, std::string_view what) {
  if (!name.starts_with(stem)) return 0;
  name.remove_prefix(stem.size());
  pid_t maker = 0;
  const auto [rest, error] = std::from_chars(name.data(), name.data() + name.size(), maker);
  const auto ending = name.substr(static_cast<std::size_t>(rest - name.data()));
  return error == std::errc{} && maker > 0 && ending.starts_with('.') && ending.substr(1) == what
             ? maker
             : 0;
}

/// A program on another machine that shares the folder may have the number of one that is gone
/// here; but what is worked on is no hour old.
void remove_orphans(const std::filesystem::path& folder, std::string_view stem,
                    std::string_view what) {
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(folder.empty() ? "." : folder, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const pid_t maker = maker_of(entry->path().filename().string(), stem, what);
    if (maker == 0 || ::kill(maker, 0) == 0 || errno != ESRCH) continue;
    std::error_code unknown;
    const auto written = entry->last_write_time(unknown);
    const auto age = std::filesystem::file_time_type::clock::now() - written;
    if (!unknown && age > std::chrono::hours(1)) ::unlink(entry->path().c_str());
  }
}

void watch_signals() noexcept {
  owner = ::getpid();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction now {};
    if (::sigaction(signal, nullptr, &now) != 0 || (now.sa_flags & SA_SIGINFO) != 0 ||
        now.sa_handler != SIG_DFL)
      continue;
    struct sigaction ours {};
    ours.sa_handler = remove_and_end;
    sigemptyset(&ours.sa_mask);
    ::sigaction(signal, &ours, nullptr);
  }
}

}  // namespace

ScratchName::ScratchName(std::filesystem::path path)
    : path_(std::move(path)), registered_(::strdup(path_.c_str())) {
  if (registered_ == nullptr) return;
  for (std::atomic<char*>& name : names) {
    char* none = nullptr;
    if (name.compare_exchange_strong(none, registered_)) {
      watch_signals();
      return;
    }
  }
  std::free(std::exchange(registered_, nullptr));
}

ScratchName ScratchName::beside(const std::filesystem::path& path, std::string_view what) {
  const std::string stem = "." + path.filename().string() + ".";
  remove_orphans(path.parent_path(), stem, what);
  std::string name = stem + std::to_string(::getpid()) + ".";
  name += what;
  return ScratchName(path.parent_path() / name);
}

ScratchName::ScratchName(ScratchName&& other) noexcept
    : path_(std::move(other.path_)),
      registered_(std::exchange(other.registered_, nullptr)),
      mine_(std::exchange(other.mine_, false)) {}

ScratchName& ScratchName::operator=(ScratchName&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(registered_, other.registered_);
  std::swap(mine_, other.mine_);
  return *this;
}

ScratchName::~ScratchName() {
  if (mine_) ::unlink(path_.c_str());
  forget();
}

void ScratchName::forget() noexcept {
  mine_ = false;
  if (registered_ == nullptr) return;
  for (std::atomic<char*>& name : names) {
    char* expected = registered_;
    if (name.compare_exchange_strong(expected, nullptr)) {
      std::free(registered_);
      break;
    }
  }
  // Where no slot has it, the handler took it, and the program is ending.
  registered_ = nullptr;
}

}  // namespace imps::platform
