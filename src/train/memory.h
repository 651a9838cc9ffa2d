// Numbers that vectors of any instruction set load whole.
#pragma once

#include <vector>

#include <boost/align/aligned_allocator.hpp>

namespace imps::train {

/// A vector that begins on a cache line.
template <class T>
using Numbers = std::vector<T, boost::alignment::aligned_allocator<T, 64>>;

}  // namespace imps::train
