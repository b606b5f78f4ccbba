#include "graph/layers/similarity.h"

#include "graph/shapes.h"

namespace tiqu::graph {

Output Similarity(GraphBuilder& g, std::string_view scope, const SimilarityInputs& inputs) {
  const auto guard = g.Enter(scope, "Similarity");
  const Output passage = g.Role(inputs.passage, "passage");
  const Output question = g.Role(inputs.question, "question");
  const Output mask = g.Role(inputs.question_mask, "question_mask");
  const Output kernel = g.Role(inputs.kernel, "kernel");

  const Output by_part = g.Reshape(kernel, g.Ints({3, static_cast<int32_t>(inputs.hidden)}));
  const std::vector<Output> w = g.Split(by_part, 3, 0);  // [1, hidden] each
  const Output of_passage = g.Sum(g.Mul(passage, w[0]), 2, /*keep_dims=*/true);
  const Output of_question = g.ExpandDims(g.Sum(g.Mul(question, w[1]), 2, /*keep_dims=*/false), 1);
  const Output of_both = g.BatchMatMul(g.Mul(passage, w[2]), question, /*transpose_b=*/true);
  const Output s = g.Add(g.Add(of_passage, of_question), of_both);
  return g.LayerOutput(g.Add(s, g.ExpandDims(MaskPenalty(g, mask), 1)));
}

}  // namespace tiqu::graph
