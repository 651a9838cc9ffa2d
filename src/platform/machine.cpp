#include "platform/machine.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <thread>

#include <sys/resource.h>
#include <unistd.h>
#if defined(__linux__)
#include <sched.h>
#elif defined(__APPLE__)
#include <mach/mach.h>
#endif

namespace imps::platform {

namespace fs = std::filesystem;

int processors() noexcept {
#if defined(__linux__)
  cpu_set_t may;
  CPU_ZERO(&may);
  if (::sched_getaffinity(0, sizeof(may), &may) == 0) return std::max(1, CPU_COUNT(&may));
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

std::optional<double> load() noexcept {
  std::array<double, 1> minute{};
  if (::getloadavg(minute.data(), 1) != 1) return std::nullopt;
  return minute[0];
}

namespace {

std::optional<std::uint64_t> own_memory() {
#if defined(__linux__)
  std::ifstream pages("/proc/self/statm");  // total and resident pages (proc(5))
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  if (pages >> total >> resident) return resident * static_cast<std::uint64_t>(::getpagesize());
#elif defined(__APPLE__)
  mach_task_basic_info_data_t info{};
  mach_msg_type_number_t count = MACH_TASK_BASIC_INFO_COUNT;
  if (::task_info(::mach_task_self(), MACH_TASK_BASIC_INFO, reinterpret_cast<task_info_t>(&info),
                  &count) == KERN_SUCCESS)
    return info.resident_size;
#endif
  return std::nullopt;
}

}  // namespace

OwnUsage own_usage() {
  OwnUsage usage{.memory = own_memory()};
  rusage taken{};
  if (::getrusage(RUSAGE_SELF, &taken) != 0) return usage;
  for (const timeval& part : {taken.ru_utime, taken.ru_stime})
    usage.processor += std::chrono::seconds(part.tv_sec) + std::chrono::microseconds(part.tv_usec);
  return usage;
}

#if defined(__linux__)
namespace {

std::string first_word(const fs::path& path) {
  std::ifstream file(path);
  std::string word;
  file >> word;
  return word;
}

}  // namespace

std::optional<Governor> governor() {
  std::optional<Governor> found;
  std::error_code error;
  for (fs::directory_iterator at("/sys/devices/system/cpu/cpufreq", error), end;
       !error && at != end; at.increment(error)) {
    std::string name = first_word(at->path() / "scaling_governor");
    if (name.empty() || (found && name != "powersave")) continue;
    found = Governor{std::move(name), first_word(at->path() / "scaling_driver")};
  }
  return found;
}

std::optional<std::uint64_t> free_memory() {
  std::ifstream table("/proc/meminfo");  // "MemAvailable:   123456 kB" (proc(5))
  std::string key;
  while (table >> key) {
    std::uint64_t kibibytes = 0;
    if (key == "MemAvailable:" && table >> kibibytes) return kibibytes * 1024;
    table.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return std::nullopt;
}

std::optional<int> real_time_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_RTPRIO, &limit) != 0) return std::nullopt;
  constexpr rlim_t kHighest = 99;
  return static_cast<int>(std::min(limit.rlim_cur, kHighest));  // RLIM_INFINITY is the greatest
}
#else
std::optional<Governor> governor() { return std::nullopt; }

std::optional<std::uint64_t> free_memory() {
#if defined(__APPLE__)
  vm_statistics64_data_t pages{};
  mach_msg_type_number_t count = HOST_VM_INFO64_COUNT;
  if (::host_statistics64(::mach_host_self(), HOST_VM_INFO64,
                          reinterpret_cast<host_info64_t>(&pages), &count) != KERN_SUCCESS) {
    return std::nullopt;
  }
  // What is inactive can be had at once.
  return (std::uint64_t{pages.free_count} + pages.inactive_count) *
         static_cast<std::uint64_t>(::getpagesize());
#else
  return std::nullopt;
#endif
}

std::optional<int> real_time_limit() noexcept { return std::nullopt; }
#endif

}  // namespace imps::platform
