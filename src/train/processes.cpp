#include "train/processes.h"

#include <cstdlib>
#include <string>

#include <dlfcn.h>
#include <fmt/format.h>

#include "platform/child.h"

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
  std::unique_ptr<Exchange> exchange(open());
  if (!exchange) return unreachable("MPI would not start");
  return Result<std::unique_ptr<Exchange>>(boost::system::in_place_value, std::move(exchange));
}

}  // namespace imps::train
