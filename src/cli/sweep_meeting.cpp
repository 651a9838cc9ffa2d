#include "cli/sweep_meeting.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <span>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "platform/replace_file.h"
#include "platform/whole_file.h"

namespace imps::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kLook = 200ms;
constexpr int kLooksASecond = 5;

int number_in(std::initializer_list<const char*> names, int otherwise) {
  for (const char* name : names) {
    if (const char* const value = std::getenv(name)) return std::atoi(value);
  }
  return otherwise;
}

fs::path folder_in(const fs::path& parent) {
  const char* const run = std::getenv("PMIX_NAMESPACE");
  std::string name = run == nullptr ? fmt::format("alone-{}", ::getpid()) : run;
  std::replace(name.begin(), name.end(), '/', '-');
  return parent / (".sweep-" + name);
}

}  // namespace

Place place_among_processes() {
  return {.rank = number_in({"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"}, 0),
          .ranks = std::max(1, number_in({"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}, 1))};
}

SweepMeeting::SweepMeeting(const fs::path& parent, Place place)
    : place_(place),
      patience_(std::max(1, number_in({"IMPS_MPI_PATIENCE"}, 15))),
      folder_(folder_in(parent)),
      heard_(static_cast<std::size_t>(place.ranks)) {
  std::error_code error;
  fs::create_directories(folder_, error);  // leave() says why it cannot be written to
  thread_ = std::thread([this] { beat(); });
}

SweepMeeting::~SweepMeeting() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void SweepMeeting::works_with(const platform::Companion* companion) {
  const std::lock_guard lock(mutex_);
  companion_ = companion;
}

Result<void> SweepMeeting::leave(std::size_t run, const std::string& text) {
  return platform::replace_file(file_of(run), std::as_bytes(std::span(text)));
}

std::optional<std::string> SweepMeeting::wait_for(std::size_t run) {
  const int rank = static_cast<int>(run % static_cast<std::size_t>(place_.ranks));
  while (true) {
    // A silent one may have left its result before that. Our own is there, or could not be written.
    const bool silent = rank == place_.rank || is_silent(rank);
    if (const auto bytes = platform::read_whole_file(file_of(run), std::size_t{1} << 20)) {
      const auto* const text = reinterpret_cast<const char*>(bytes->data());
      return std::string(text, bytes->size());
    }
    if (silent) return std::nullopt;
    std::this_thread::sleep_for(kLook);
  }
}

bool SweepMeeting::wait_for_the_end() {
  std::error_code error;
  while (fs::exists(folder_, error)) {
    if (is_silent(0)) return false;
    std::this_thread::sleep_for(kLook);
  }
  return true;
}

void SweepMeeting::end() {
  // Another name first: nobody writes into a folder that is being removed.
  const fs::path gone = folder_.string() + "-done";
  std::error_code error;
  fs::rename(folder_, gone, error);
  fs::remove_all(gone, error);
}

fs::path SweepMeeting::file_of(std::size_t run) const {
  return folder_ / fmt::format("{}.json", run);
}

fs::path SweepMeeting::pulse_of(int rank) const { return folder_ / fmt::format("alive-{}", rank); }

/// Counts looks rather than time: what passes while this process is stopped itself is nobody's
/// silence.
bool SweepMeeting::is_silent(int rank) {
  Heard& heard = heard_[static_cast<std::size_t>(rank)];
  std::ifstream file(pulse_of(rank));
  std::string pulse{std::istreambuf_iterator<char>(file), {}};
  heard.looks = pulse == heard.pulse ? heard.looks + 1 : 0;
  heard.pulse = std::move(pulse);
  return heard.looks > patience_ * kLooksASecond;
}

void SweepMeeting::beat() {
  std::uint64_t count = 0;
  std::unique_lock lock(mutex_);
  do {
    if (companion_ != nullptr && companion_->is_stopped()) continue;
    std::ofstream(pulse_of(place_.rank)) << ++count;
  } while (!wake_.wait_for(lock, 1s, [this] { return ends_; }));
}

}  // namespace imps::cli
