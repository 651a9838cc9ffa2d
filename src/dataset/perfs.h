// IMPSY's `perfs`: an object array as NumPy pickles it, read and never run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <imps/result.h>

namespace imps {

/// Performances one after another.
struct Perfs {
  int dimension = 0;
  std::vector<std::uint64_t> rows;  ///< of each performance; may be 0
  std::vector<float> values;        // [sum of rows, dimension]
};

/// Reads the pickle behind the .npy header of an object array: arrays of float32 or float64
/// [rows, D] in a list, or, as NumPy makes it when all have the same length, numbers in an array of
/// [takes, rows, D]. Protocols 2 to 5.
///
/// A pickle is a program. Only the instructions are known here with which NumPy 1 and 2 build such
/// arrays, and only the few names that they use; none of it is executed, arrays are looked at where
/// they lie. Any other instruction or name is an Error that says which. Memory: a small multiple of
/// the pickle.
Result<Perfs> read_perfs(std::span<const std::byte> pickle);

/// Performances as a pickle that read_perfs() and NumPy read (protocol 4), piece by piece: head(),
/// then for each performance perf_head(), its values [rows, dimension] as float32, perf_tail();
/// then tail().
struct PerfsPickle {
  static std::string head(std::uint64_t performances);
  static std::string perf_head(std::uint64_t rows, int dimension);
  static std::string perf_tail();
  static std::string tail();
};

}  // namespace imps
