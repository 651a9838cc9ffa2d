// Grids that controls and times lie on in most logs.
#pragma once

#include "evaluate/grid.h"

namespace imps::test {

inline const evaluate::Grid kSevenBit{evaluate::GridKind::seven_bit, 127, 127};
inline const evaluate::Grid kDt{evaluate::GridKind::milliseconds, 1000, evaluate::Grid::kNoLast};

}  // namespace imps::test
