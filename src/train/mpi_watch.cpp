#include "train/mpi_watch.h"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <unistd.h>

namespace imps::train {
namespace {

using namespace std::chrono_literals;

constexpr int kPatience = 15;  // seconds
constexpr auto kPoll = 5ms;

int patience() {
  const char* const asked = std::getenv("IMPS_MPI_PATIENCE");
  const int seconds = asked == nullptr ? 0 : std::atoi(asked);
  return seconds > 0 ? seconds : kPatience;
}

}  // namespace

MpiWatch::MpiWatch(bool (*starter_is_stopped)() noexcept)
    : patience_(patience()),
      patience_with_starter_(patience_ / 3),
      starter_is_stopped_(starter_is_stopped),
      thread_([this] { look(); }) {}

MpiWatch::~MpiWatch() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void MpiWatch::join() {
  // Without the lock: it waits for the others, and look() must be able to end that.
  begin();
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks_);
  MPI_Comm_dup(MPI_COMM_WORLD, &signs_);
  end();
  const std::lock_guard lock(mutex_);
  silent_.assign(static_cast<std::size_t>(ranks_), 0);
  rank_ = rank;
  sends_ = true;
}

void MpiWatch::meet() {
  // What is sent between two processes arrives in order, so nothing is left under way: the first
  // process hears "here" from all, then falls silent with its "here"; each answers with its "last".
  if (rank_ == 0) {
    wait_until_heard(Sign::here, ranks_ - 1);
    {
      const std::lock_guard lock(mutex_);
      sends_ = false;
      send_to_all(Sign::here);
    }
    wait_until_heard(Sign::last, ranks_ - 1);
  } else {
    {
      const std::lock_guard lock(mutex_);
      send(0, Sign::here);
    }
    wait_until_heard(Sign::here, 1);
    const std::lock_guard lock(mutex_);
    sends_ = false;
    send(0, Sign::last);
  }
}

void MpiWatch::leave() {
  std::unique_lock lock(mutex_);
  while (starter_is_stopped_())
    wake_.wait_for(lock, kPoll, [this] { return ends_; });
}

void MpiWatch::wait_until_heard(Sign sign, int from_how_many) {
  std::unique_lock lock(mutex_);
  while (true) {
    hear();
    if (heard_of_[static_cast<std::size_t>(sign)] >= from_how_many) return;
    // Not a wait of MPI's, which would take a processor from those that still read their data.
    wake_.wait_for(lock, kPoll, [this] { return ends_; });
  }
}

void MpiWatch::send(int to, Sign sign) {
  // An empty message is on its way at once: nobody waits for the one who receives it.
  MPI_Send(nullptr, 0, MPI_BYTE, to, static_cast<int>(sign), signs_);
}

void MpiWatch::send_to_all(Sign sign) {
  for (int rank = 1; rank < ranks_; ++rank)
    send(rank, sign);
}

void MpiWatch::hear() {
  while (true) {
    int is_there = 0;
    MPI_Status status{};
    MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, signs_, &is_there, &status);
    if (is_there == 0) return;
    MPI_Recv(nullptr, 0, MPI_BYTE, status.MPI_SOURCE, status.MPI_TAG, signs_, MPI_STATUS_IGNORE);
    silent_[static_cast<std::size_t>(status.MPI_SOURCE)] = 0;
    if (static_cast<Sign>(status.MPI_TAG) != Sign::alive)
      ++heard_of_[static_cast<std::size_t>(status.MPI_TAG)];
  }
}

void MpiWatch::look() {
  int called = 0;
  int starter_stopped = 0;
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, 1s, [this] { return ends_; })) {
    called = calls_ ? called + 1 : 0;
    if (called > patience_) {
      give_up(rank_ < 0 ? "the others have not begun to train, or cannot be reached,"
                        : "another one has not answered",
              patience_);
    }
    starter_stopped = starter_is_stopped_() ? starter_stopped + 1 : 0;
    if (starter_stopped > patience_with_starter_)
      give_up("'imps train' was stopped", patience_with_starter_);
    if (!sends_) continue;
    if (rank_ == 0) send_to_all(Sign::alive);
    if (rank_ != 0) send(0, Sign::alive);
    hear();
    for (int rank = 0; rank < ranks_; ++rank) {
      const bool is_heard = rank != rank_ && (rank_ == 0 || rank == 0);
      if (is_heard && ++silent_[static_cast<std::size_t>(rank)] > patience_)
        give_up("another one gave no sign of life, before training,", patience_);
    }
  }
}

void MpiWatch::give_up(const std::string& why, int after) const {
  const std::string who = rank_ < 0 ? "a process" : "process " + std::to_string(rank_);
  std::fprintf(stderr,
               "imps: %s: %s for %d s: training ends; 'imps train --resume' goes on from the last "
               "checkpoint\n",
               who.c_str(), why.c_str(), after);
  // A stopped starter would not tell mpirun, and the others would wait as long again.
  if (starter_is_stopped_()) ::kill(::getppid(), SIGCONT);
  std::_Exit(1);
}

}  // namespace imps::train
