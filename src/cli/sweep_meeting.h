// How the processes of a sweep under mpirun hear of each other: by files in one folder.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <imps/result.h>

#include "platform/companion.h"

namespace imps::cli {

/// Which process of how many this one is: mpirun's numbers, or 0 of 1.
struct Place {
  int rank = 0;
  int ranks = 1;
};
Place place_among_processes();

/// Each process writes down the ends of its runs, and, once a second, that it lives; one whose
/// imps-train is stopped does not. Processes that have been silent for 15 s ($IMPS_MPI_PATIENCE)
/// are not waited for.
class SweepMeeting {
 public:
  /// @param parent  where the folder is made, for all of this run; removed at the end
  SweepMeeting(const std::filesystem::path& parent, Place place);
  ~SweepMeeting();
  SweepMeeting(const SweepMeeting&) = delete;
  SweepMeeting& operator=(const SweepMeeting&) = delete;

  /// What this process waits for at present; nullptr: nothing. It must live until the next call.
  void works_with(const platform::Companion* companion);
  Result<void> leave(std::size_t run, const std::string& text);
  /// For the first process: what was left for a run; nothing when the process whose run it is has
  /// fallen silent.
  std::optional<std::string> wait_for(std::size_t run);
  /// For the others: waits until the first process has all. False when it has fallen silent.
  bool wait_for_the_end();
  /// For the first process: it has all.
  void end();

  [[nodiscard]] int patience() const noexcept { return patience_; }

 private:
  /// What was last heard of a process.
  struct Heard {
    std::string pulse;
    int looks = 0;  // since it changed
  };

  [[nodiscard]] std::filesystem::path file_of(std::size_t run) const;
  [[nodiscard]] std::filesystem::path pulse_of(int rank) const;
  bool is_silent(int rank);
  void beat();

  const Place place_;
  const int patience_;  // seconds
  const std::filesystem::path folder_;
  std::vector<Heard> heard_;  // [ranks]

  std::mutex mutex_;
  std::condition_variable wake_;
  const platform::Companion* companion_ = nullptr;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace imps::cli
