// A matrix that few rows are multiplied by again and again.
#pragma once

#include <algorithm>
#include <cstddef>

#include "train/blas.h"
#include "train/memory.h"

namespace imps::train {

/// B [inner, columns], copied into panels of columns that lie together. OpenBLAS packs nothing for
/// a small product, so that a panel is one; and where B stands, with rows a power of two apart,
/// what is read of it for one product meets in few places of the cache. A small one that is turned
/// stays where it is: OpenBLAS adds in another order there, and models that were trained so are to
/// come out to the same bits again. No allocation once it is made. Thread-safe: yes, for distinct
/// panels.
template <class T>
class Panels {
 public:
  /// @param most_numbers  of any B, inner · columns
  /// @param most_rows  that are multiplied by it
  Panels(std::size_t most_numbers, std::size_t most_rows) : rows_(most_rows), copy_(most_numbers) {}

  /// @param b  as it is stored: rows of `ldb` numbers; it stays until the last multiply()
  void hold(Turned turn, std::size_t inner, std::size_t columns, const T* b, std::size_t ldb) {
    inner_ = inner;
    columns_ = columns;
    turn_ = turn;
    where_ = b;
    ldb_ = ldb;
    width_ = columns;
    if (stays()) return;
    for (width_ = kWidest; width_ > kNarrowest && !is_small(inner * width_);)
      width_ /= 2;
    T* to = copy_.data();
    for (std::size_t first = 0; first < columns; first += width_) {
      const std::size_t width = std::min(width_, columns - first);
      for (std::size_t k = 0; k < inner && turn == Turned::no; ++k)
        std::copy_n(b + k * ldb + first, width, to + k * width);
      for (std::size_t j = 0; j < width && turn == Turned::yes; ++j)
        for (std::size_t k = 0; k < inner; ++k)
          to[k * width + j] = b[(first + j) * ldb + k];
      to += inner * width;
    }
  }

  /// C [rows, columns] = A [rows, inner] · B + beta · C, as imps::train::multiply().
  void multiply(std::size_t rows, const T* a, std::size_t lda, T beta, T* c,
                std::size_t ldc) const {
    if (stays()) {
      train::multiply(Turned::no, turn_, rows, columns_, inner_, a, lda, where_, ldb_, beta, c,
                      ldc);
      return;
    }
    const T* from = copy_.data();
    for (std::size_t first = 0; first < columns_; first += width_) {
      const std::size_t width = std::min(width_, columns_ - first);
      train::multiply(Turned::no, Turned::no, rows, width, inner_, a, lda, from, width, beta,
                      c + first, ldc);
      from += inner_ * width;
    }
  }

 private:
  static constexpr std::size_t kMostAtOnce = 1'000'000;  // OpenBLAS 0.3.21, its small matrices
  static constexpr std::size_t kWidest = 64;
  static constexpr std::size_t kNarrowest = 16;  // what one instruction works on

  [[nodiscard]] bool stays() const { return turn_ == Turned::yes && is_small(inner_ * columns_); }
  [[nodiscard]] bool is_small(std::size_t numbers) const { return rows_ * numbers <= kMostAtOnce; }

  std::size_t rows_;
  Numbers<T> copy_;
  std::size_t inner_ = 0;
  std::size_t columns_ = 0;
  Turned turn_ = Turned::no;
  const T* where_ = nullptr;
  std::size_t ldb_ = 0;
  std::size_t width_ = 0;
};

}  // namespace imps::train
