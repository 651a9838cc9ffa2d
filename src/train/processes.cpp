#include "train/processes.h"

namespace imps::train {

Result<std::unique_ptr<Exchange>> join_processes() { return std::unique_ptr<Exchange>(); }

}  // namespace imps::train
