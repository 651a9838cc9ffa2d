// The products of matrices, by any BLAS with the C interface.
#pragma once

#include <algorithm>
#include <cstddef>

#include <cblas.h>

namespace imps::train {

/// Our threads take slices of a batch: a BLAS with threads of its own would only get in their way.
/// OpenBLAS is told here; others go by what `imps train` puts in the environment.
void keep_blas_to_one_thread() noexcept;

enum class Turned { no, yes };

/// C [rows, columns] = op(A) [rows, inner] · op(B) [inner, columns] + beta · C, all row by row;
/// a turned matrix is stored the other way round. `lda`, `ldb`, `ldc`: numbers from one stored row
/// to the next. Thread-safe: yes, for distinct C.
inline void multiply(Turned turn_a, Turned turn_b, std::size_t rows, std::size_t columns,
                     std::size_t inner, const float* a, std::size_t lda, const float* b,
                     std::size_t ldb, float beta, float* c, std::size_t ldc) {
  cblas_sgemm(CblasRowMajor, turn_a == Turned::yes ? CblasTrans : CblasNoTrans,
              turn_b == Turned::yes ? CblasTrans : CblasNoTrans, static_cast<int>(rows),
              static_cast<int>(columns), static_cast<int>(inner), 1, a, static_cast<int>(lda), b,
              static_cast<int>(ldb), beta, c, static_cast<int>(ldc));
}

inline void multiply(Turned turn_a, Turned turn_b, std::size_t rows, std::size_t columns,
                     std::size_t inner, const double* a, std::size_t lda, const double* b,
                     std::size_t ldb, double beta, double* c, std::size_t ldc) {
  cblas_dgemm(CblasRowMajor, turn_a == Turned::yes ? CblasTrans : CblasNoTrans,
              turn_b == Turned::yes ? CblasTrans : CblasNoTrans, static_cast<int>(rows),
              static_cast<int>(columns), static_cast<int>(inner), 1, a, static_cast<int>(lda), b,
              static_cast<int>(ldb), beta, c, static_cast<int>(ldc));
}

/// The same for a few rows and a B of any size: up to a million multiplications OpenBLAS packs
/// nothing, which is several times as fast then, so that larger ones are done some columns at a
/// time.
template <class T>
void multiply_few_rows(Turned turn_b, std::size_t rows, std::size_t columns, std::size_t inner,
                       const T* a, std::size_t lda, const T* b, std::size_t ldb, T beta, T* c,
                       std::size_t ldc) {
  constexpr std::size_t kMostAtOnce = 1'000'000;  // OpenBLAS 0.3.21, sgemm_small_kernel_permit
  constexpr std::size_t kWidth = 16;              // of what one instruction works on
  const std::size_t fit = kMostAtOnce / (rows * inner) / kWidth * kWidth;
  const std::size_t most = rows * inner * columns <= kMostAtOnce ? columns : std::max(fit, kWidth);
  for (std::size_t first = 0; first < columns; first += most) {
    const T* const part = b + first * (turn_b == Turned::yes ? ldb : 1);
    multiply(Turned::no, turn_b, rows, std::min(most, columns - first), inner, a, lda, part, ldb,
             beta, c + first, ldc);
  }
}

}  // namespace imps::train
