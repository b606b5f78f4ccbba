#include "engine/fused/attention_weights.h"

#include <algorithm>

#include "engine/fused/layer.h"
#include "engine/kernels/elementwise.h"

namespace tiqu::engine {

int64_t UsedColumns(const float* row, int64_t columns) {
  int64_t used = columns;
  while (used > 0 && row[used - 1] < -kPenalty / 2) --used;
  return used == 0 ? columns : used;
}

void AttentionWeights(const float* similarity, int64_t rows, int64_t columns, int64_t used, float* weights) {
  for (int64_t i = 0; i < rows; ++i) std::copy_n(similarity + i * columns, used, weights + i * used);
  kernels::SoftmaxRows(rows, used, weights, weights);
}

}  // namespace tiqu::engine
