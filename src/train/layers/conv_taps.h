// The three taps of a dilated convolution as rows of a matrix, and the way back for gradients.
//
//   GatherTaps: columns[t] = [x[t - r], x[t], x[t + r]], zeros outside t's own sequence
//
// Thread safety: free functions.
#pragma once

#include <cstdint>

#include "train/layers/packing.h"

namespace tiqu::train {

// Rows [row, row + count) of the packed x: [rows, d] -> columns: [count, 3d].
void GatherTaps(const Packing& packing, int64_t rate, int64_t d, int64_t row, int64_t count, const float* x,
                float* columns);

// The transpose of GatherTaps: adds columns: [count, 3d] to d_x: [rows, d].
void ScatterTaps(const Packing& packing, int64_t rate, int64_t d, int64_t row, int64_t count, const float* columns,
                 float* d_x);

}  // namespace tiqu::train
