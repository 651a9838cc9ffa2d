#include "platform/thread.h"

#include <csignal>
#include <cstdint>

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>
#if defined(__linux__)
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace imps::platform {
#if defined(__linux__)
namespace {

/// What sched_setattr(2) takes: the C library of Debian 12 does not declare it.
struct SchedulingWish {
  std::uint32_t size;
  std::uint32_t policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t runtime;  // ns; of an ordinary thread, its slice
  std::uint64_t deadline;
  std::uint64_t period;
};
constexpr std::uint64_t kResetOnFork = 1;

/// What capget(2) and capset(2) speak of: the calling thread, and its rights in two words.
struct Capabilities {
  __user_cap_header_struct thread{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct words[_LINUX_CAPABILITY_U32S_3]{};

  bool read() noexcept { return ::syscall(SYS_capget, &thread, words) == 0; }
  bool write() noexcept { return ::syscall(SYS_capset, &thread, words) == 0; }
};
constexpr std::uint32_t kSetPriorities = 1U << CAP_SYS_NICE;

/// A program file may carry the right to set priorities (./play sees to it): it lies still until
/// asked for.
void take_right_to_set_priorities() noexcept {
  Capabilities rights;
  if (!rights.read() || (rights.words[0].permitted & kSetPriorities) == 0) return;
  rights.words[0].effective |= kSetPriorities;
  rights.write();
}

}  // namespace
#endif

void drop_privileges() noexcept {
#if defined(__linux__)
  Capabilities rights;
  if (::geteuid() == 0 || !rights.read()) return;
  if ((rights.words[0].permitted & kSetPriorities) == 0) return;
  rights.words[0].permitted &= ~kSetPriorities;
  rights.words[0].effective &= ~kSetPriorities;
  rights.write();
  // A file with rights makes its process opaque to its own user: debuggers, and whoever asks which
  // program has a port.
  ::prctl(PR_SET_DUMPABLE, 1UL);
#endif
}

void spread_over_processors(int threads) noexcept {
#if defined(__linux__)
  cpu_set_t may;
  CPU_ZERO(&may);
  if (::sched_getaffinity(0, sizeof(may), &may) != 0 || CPU_COUNT(&may) >= threads) return;
  // The kernel takes from this what there is.
  for (std::size_t processor = 0; processor < CPU_SETSIZE; ++processor)
    CPU_SET(processor, &may);
  ::sched_setaffinity(0, sizeof(may), &may);
#else
  (void)threads;
#endif
}

void flush_denormals() noexcept {
#if defined(__SSE__)
  constexpr unsigned kFlushToZero = 0x8000;
  constexpr unsigned kDenormalsAreZero = 0x0040;
  _mm_setcsr(_mm_getcsr() | kFlushToZero | kDenormalsAreZero);
#elif defined(__aarch64__)
  std::uint64_t control = 0;
  asm volatile("mrs %0, fpcr" : "=r"(control));
  asm volatile("msr fpcr, %0" ::"r"(control | (std::uint64_t{1} << 24)));
#endif
}

namespace {

std::string get_priority() {
#if defined(__linux__)
  ::prctl(PR_SET_TIMERSLACK, 1UL);  // nanosecond; the default of 50 µs is for saving power
  // What this thread starts (the log's writer, a child that reads a model) is not to compete with
  // it; an inherited priority would.
  constexpr int kNotInherited = SCHED_RESET_ON_FORK;
#else
  constexpr int kNotInherited = 0;
#endif
  sched_param parameter{};
  parameter.sched_priority = 5;  // above everything ordinary, below a system's sound server
  if (::pthread_setschedparam(::pthread_self(), SCHED_RR | kNotInherited, &parameter) == 0)
    return "real-time priority 5";
#if defined(__linux__)
  parameter.sched_priority = 0;
  ::sched_setscheduler(0, SCHED_OTHER | kNotInherited, &parameter);
  const auto thread = static_cast<id_t>(::syscall(SYS_gettid));
  for (const int nice : {-11, -5, -1}) {
    if (::setpriority(PRIO_PROCESS, thread, nice) == 0) return "nice " + std::to_string(nice);
  }
  // Nobody needs a privilege to ask for short slices, which Linux 6.12 and later run sooner.
  SchedulingWish wish{};
  wish.size = sizeof wish;
  wish.policy = SCHED_OTHER;
  wish.flags = kResetOnFork;
  wish.nice = ::getpriority(PRIO_PROCESS, thread);
  wish.runtime = 100'000;  // the least there is
  if (::syscall(SYS_sched_setattr, 0, &wish, 0) == 0) return "ordinary priority, short slices";
#endif
  return "ordinary priority";
}

}  // namespace

std::string raise_priority() {
#if defined(__linux__)
  take_right_to_set_priorities();
#endif
  std::string given = get_priority();
  drop_privileges();
  return given;
}

void name_thread(const char* name) noexcept {
#if defined(__APPLE__)
  ::pthread_setname_np(name);
#else
  ::pthread_setname_np(::pthread_self(), name);
#endif
}

void block_signals() noexcept {
  // A write to a closed pipe or beyond a size limit fails; it does not end the program.
  for (const int one : {SIGPIPE, SIGXFSZ})
    std::signal(one, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  for (const int one : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
    sigaddset(&signals, one);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void unblock_signals() noexcept {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int one : {SIGINT, SIGTERM, SIGHUP})
    sigaddset(&signals, one);
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

}  // namespace imps::platform
