// The other processes of this training run, if it was started under mpirun.
#pragma once

#include <memory>
#include <string_view>

#include <imps/result.h>

#include "train/exchange.h"

namespace imps::train {

/// Nothing when this process is alone. An Error when it is one of several and cannot reach them.
Result<std::unique_ptr<Exchange>> join_processes();

/// Waits for all processes. An Error, in each of them, unless `what` is the same text in all.
Result<void> agree(Exchange& exchange, std::string_view what);

/// How many processes of this run are on this machine, this one included.
int processes_here();

/// Gives this thread, and those that it will start, all processors where mpirun by itself has bound
/// it to fewer than `threads`: one core, when there are one or two processes.
void make_room_for(int threads) noexcept;

/// What the library imps-mpi.so offers, by this name: an exchange with all processes of the run,
/// nothing when MPI cannot be started. Only that library links MPI: where there is no MPI, all but
/// training in several processes works.
/// It ends the program when the one that started it has been stopped for long.
using OpenExchange = Exchange* (*)(bool (*starter_is_stopped)() noexcept);
inline constexpr const char* kOpenExchange = "imps_open_exchange";

}  // namespace imps::train
