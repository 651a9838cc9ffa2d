#include "platform/machine.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <thread>

#include <sys/resource.h>
#if defined(__linux__)
#include <sched.h>
#elif defined(__APPLE__)
#include <mach/mach.h>
#include <unistd.h>
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
