#include "graph/layers/q2c_attention.h"

#include "graph/shapes.h"

namespace tiqu::graph {

Output Q2CAttention(GraphBuilder& g, std::string_view scope, const Q2CAttentionInputs& inputs) {
  const auto guard = g.Enter(scope, "Q2CAttention");
  const Output similarity = g.Role(inputs.similarity, "similarity");
  const Output passage = g.Role(inputs.passage, "passage");
  const Output mask = g.Role(inputs.passage_mask, "passage_mask");

  const Output best = g.Max(similarity, 2, /*keep_dims=*/false);
  const Output weights = g.Softmax(g.Add(best, MaskPenalty(g, mask)));
  return g.LayerOutput(g.BatchMatMul(g.ExpandDims(weights, 1), passage, /*transpose_b=*/false));
}

}  // namespace tiqu::graph
