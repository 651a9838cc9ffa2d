#include "platform/scratch_name.h"

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <string>
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
  std::string name = "." + path.filename().string() + "." + std::to_string(::getpid()) + ".";
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
