#include "train/processes.h"

#include <algorithm>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <fmt/format.h>

#include "core/digest.h"
#include "platform/child.h"
#include "platform/companion.h"
#include "platform/thread.h"

namespace imps::train {
namespace {

int number_in(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const char* const value = std::getenv(name)) return std::atoi(value);
  }
  return 1;
}

Error unreachable(const std::string& why) {
  return Error{
      fmt::format("this is one of several processes, and they cannot reach each other: {}; install "
                  "OpenMPI (Debian: openmpi-bin, libopenmpi-dev) and build again, or start it "
                  "without mpirun",
                  why)};
}

}  // namespace

int processes_here() {
  return std::max(1, number_in({"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"}));
}

Result<std::unique_ptr<Exchange>> join_processes() {
  if (number_in({"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) <= 1) return std::unique_ptr<Exchange>();
  const auto path = platform::find_helper("imps-mpi.so");
  if (!path) return unreachable(path.error().message);
  // MPI's own libraries look for theirs among all that is loaded: RTLD_GLOBAL.
  void* const library = ::dlopen(path->c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) return unreachable(::dlerror());
  const auto open = reinterpret_cast<OpenExchange>(::dlsym(library, kOpenExchange));
  if (open == nullptr) return unreachable(::dlerror());
  std::unique_ptr<Exchange> exchange(open(platform::starter_is_stopped));
  if (!exchange) return unreachable("MPI would not start");
  return Result<std::unique_ptr<Exchange>>(boost::system::in_place_value, std::move(exchange));
}

Result<void> agree(Exchange& exchange, std::string_view what) {
  exchange.meet();
  const std::string digest = sha256(std::as_bytes(std::span(what)));
  std::vector<double> sums(digest.begin(), digest.end());
  exchange.sum(std::span<double>(sums));
  for (std::size_t k = 0; k < sums.size(); ++k) {
    if (sums[k] != exchange.ranks() * static_cast<double>(digest[k])) {
      return Error{
          "the processes do not train the same: each needs the same data, and with --resume the "
          "same checkpoint, under the same path; see what each machine has there"};
    }
  }
  return {};
}

void make_room_for(int threads) noexcept {
  const bool was_bound = std::getenv("OMPI_MCA_orte_bound_at_launch") != nullptr;
  const bool was_asked_for = std::getenv("OMPI_MCA_hwloc_base_binding_policy") != nullptr;
  if (was_bound && !was_asked_for) platform::spread_over_processors(threads);
}

}  // namespace imps::train
