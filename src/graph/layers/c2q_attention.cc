#include "graph/layers/c2q_attention.h"

#include "graph/shapes.h"

namespace tiqu::graph {

Output C2QAttention(GraphBuilder& g, std::string_view scope, const C2QAttentionInputs& inputs) {
  const auto guard = g.Enter(scope, "C2QAttention");
  const Output similarity = g.Role(inputs.similarity, "similarity");
  const Output question = g.Role(inputs.question, "question");
  return g.LayerOutput(g.BatchMatMul(SoftmaxLastAxis(g, similarity), question, /*transpose_b=*/false));
}

}  // namespace tiqu::graph
