// Functions over runs of floats, vectorised with Highway and dispatched at run time.
//
// Thread safety: free functions. `out` may be `in`.
#pragma once

#include <cstdint>

namespace tiqu::kernels {

void ExpVector(int64_t count, const float* in, float* out);
void LogVector(int64_t count, const float* in, float* out);
void SigmoidVector(int64_t count, const float* in, float* out);
void TanhVector(int64_t count, const float* in, float* out);

// Each row of [rows, columns]: exp(x - max) / sum of them. A row's result depends on nothing but the row; columns more
// than 80 below the largest (masked ones) give 0 and, at the end of a row, leave the others bit for bit as they would
// be without.
void SoftmaxRows(int64_t rows, int64_t columns, const float* in, float* out);

// The same of [rows, 3], as the tags of an answer are, several times as fast; the last bits can be others.
void SoftmaxRowsOfThree(int64_t rows, const float* in, float* out);

// The largest of each row of [rows, columns]; of a row with a NaN, anything. REQUIRES: columns > 0.
void MaxOfRows(int64_t rows, int64_t columns, const float* in, float* out);

}  // namespace tiqu::kernels
