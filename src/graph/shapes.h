// Small groups of nodes that several layers share.
//
// Thread safety: as GraphBuilder's, none.
#pragma once

#include "graph/graph_builder.h"

namespace tiqu::graph {

// mask: [batch, length] of 0 and 1  ->  [batch, length, 1]
Output MaskColumn(GraphBuilder& g, const Output& mask);

// x: [.., .., from]  ->  [.. * .., from], the rows of a matrix
Output Rows(GraphBuilder& g, const Output& x, int64_t columns);

// rows: [batch * length, columns]  ->  [batch, length, columns], batch and length as in `like` (any tensor whose first
// two dimensions they are)
Output Unrows(GraphBuilder& g, const Output& rows, const Output& like, int64_t columns);

// x: [batch, length, inputs], kernel: [inputs, outputs], bias: [outputs]  ->  [batch * length, outputs], still as rows
Output DenseRows(GraphBuilder& g, const Output& x, const Output& kernel, const Output& bias, int64_t inputs);

// Softmax over the last axis of [batch, rows, columns]; of rank 2 inside, as older TensorFlow knows no other.
Output SoftmaxLastAxis(GraphBuilder& g, const Output& x);

// -1e9 where mask is 0, 0 where it is 1.
Output MaskPenalty(GraphBuilder& g, const Output& mask);

}  // namespace tiqu::graph
