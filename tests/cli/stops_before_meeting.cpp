// Two processes of a training run: the second one is stopped while it opens its data, as it were.
#include <csignal>

#include <mpi.h>

#include "train/mpi_watch.h"

int main() {
  int level = 0;
  if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &level) != MPI_SUCCESS) return 2;
  imps::train::MpiWatch watch([]() noexcept { return false; });
  watch.join();
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (rank == 1) std::raise(SIGSTOP);
  watch.meet();
  MPI_Finalize();
  return 0;  // they should not have met
}
