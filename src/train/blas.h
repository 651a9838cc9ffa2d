// The products of matrices, by any BLAS with the C interface.
#pragma once

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

}  // namespace imps::train
