#pragma once

#include <cstddef>

#include <imps/model.h>

#include "model/plan.h"

namespace imps {

struct Mdrnn::Packed {
  Plan plan;
};

}  // namespace imps
