#include "graph/shapes.h"

namespace tiqu::graph {

Output MaskColumn(GraphBuilder& g, const Output& mask) { return g.ExpandDims(mask, 2); }

Output Rows(GraphBuilder& g, const Output& x, int64_t columns) {
  return g.Reshape(x, g.Ints({-1, static_cast<int32_t>(columns)}));
}

Output Unrows(GraphBuilder& g, const Output& rows, const Output& like, int64_t columns) {
  const Output leading = g.Slice(g.Shape(like), 1, {.axis = 0, .begin = 0, .end = 2});
  return g.Reshape(rows, g.Concat({leading, g.Ints({static_cast<int32_t>(columns)})}, 0));
}

Output DenseRows(GraphBuilder& g, const Output& x, const Output& kernel, const Output& bias, int64_t inputs) {
  return g.BiasAdd(g.MatMul(Rows(g, x, inputs), kernel), bias);
}

Output SoftmaxLastAxis(GraphBuilder& g, const Output& x) {
  const Output shape = g.Shape(x);
  const Output columns = g.Slice(shape, 1, {.axis = 0, .begin = 2, .end = 3});
  const Output rows = g.Reshape(x, g.Concat({g.Ints({-1}), columns}, 0));
  return g.Reshape(g.Softmax(rows), shape);
}

Output MaskPenalty(GraphBuilder& g, const Output& mask) { return g.Mul(g.Sub(mask, g.Float(1)), g.Float(1e9F)); }

}  // namespace tiqu::graph
