// Ends this process when others that it trains with are dead or stopped. Part of imps-mpi.so.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <mpi.h>

namespace imps::train {

/// A thread that looks once a second, and counts the seconds that this process was running itself:
/// when the whole run was stopped (Ctrl-Z) and goes on, nothing has failed.
///
/// Four things end the process, with a message on standard error and status 1, so that mpirun ends
/// the others, when they last longer than the patience, 15 s or $IMPS_MPI_PATIENCE: the start of
/// MPI; a call to the others; before training, when each may take its time to open its data, the
/// silence of another process; and, after a third of the patience, the program that started this
/// one being stopped, which is continued then, to tell mpirun. The first process hears all the
/// others, and the others hear the first.
///
/// begin() and end() are for the thread that calls MPI.
class MpiWatch {
 public:
  /// @param starter_is_stopped  platform::starter_is_stopped, which this library does not link
  explicit MpiWatch(bool (*starter_is_stopped)() noexcept);
  ~MpiWatch();
  MpiWatch(const MpiWatch&) = delete;
  MpiWatch& operator=(const MpiWatch&) = delete;

  /// After MPI_Init: from now on signs of life are sent, until meet() is over.
  void join();
  /// Waits for all processes, however long they take.
  void meet();
  /// Before MPI_Finalize: waits while the starter is stopped, which could not tell mpirun of the
  /// end and would leave it waiting for ever. begin() comes first.
  void leave();
  /// Around each call that waits for another process.
  void begin() noexcept { calls_ = true; }
  void end() noexcept { calls_ = false; }

 private:
  enum class Sign { alive, here, last };

  void look();
  void give_up(const std::string& why, int after) const;
  void send(int to, Sign sign);
  void send_to_all(Sign sign);
  void hear();
  void wait_until_heard(Sign sign, int from_how_many);

  const int patience_;  // seconds
  // Shorter: the others, who wait for this process as long as its starter is stopped, are to learn
  // from mpirun that the run is over, not to find out by themselves.
  const int patience_with_starter_;
  bool (*const starter_is_stopped_)() noexcept;
  std::atomic<bool> calls_{false};
  std::atomic<int> rank_{-1};  // −1: MPI has not started
  int ranks_ = 0;
  MPI_Comm signs_{};

  std::mutex mutex_;  // of all below, and of MPI while signs of life are sent
  std::condition_variable wake_;
  bool ends_ = false;
  bool sends_ = false;
  std::vector<int> silent_;        // [ranks], seconds since one was heard
  std::array<int, 3> heard_of_{};  // how many of each sign but `alive`
  std::thread thread_;
};

}  // namespace imps::train
