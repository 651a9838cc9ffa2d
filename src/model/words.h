// A network in words.
#pragma once

#include <string>

#include <imps/model.h>

namespace imps {

/// "dimension 4, s (2 × 64 units, 5 mixtures)".
std::string words(const Sizes& sizes);

}  // namespace imps
