#include "train/blas.h"

#include <mutex>

#include <dlfcn.h>

namespace imps::train {

void keep_blas_to_one_thread() noexcept {
  static std::once_flag once;
  std::call_once(once, [] {
    using SetThreads = void (*)(int);
    const auto set =
        reinterpret_cast<SetThreads>(::dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
    if (set != nullptr) set(1);
  });
}

}  // namespace imps::train
