// softmax_j(S'[i]): how much each question character counts for a passage character.
//
// Thread safety: free functions without state.
#pragma once

#include <cstdint>

namespace tiqu::engine {

// Columns of S' up to the last one that is not masked: the mask is the same for every row. All of them when none is
// left, as then the softmax is over the masked ones.
int64_t UsedColumns(const float* row, int64_t columns);

// similarity: [rows, columns]; weights: [rows, used], with `used` of UsedColumns.
void AttentionWeights(const float* similarity, int64_t rows, int64_t columns, int64_t used, float* weights);

}  // namespace tiqu::engine
