// The other processes of this training run, if it was started under mpirun.
#pragma once

#include <memory>

#include <imps/result.h>

#include "train/exchange.h"

namespace imps::train {

/// Nothing when this process is alone. An Error when it is one of several and cannot reach them.
Result<std::unique_ptr<Exchange>> join_processes();

}  // namespace imps::train
