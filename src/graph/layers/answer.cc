#include "graph/layers/answer.h"

#include "graph/shapes.h"
#include "model/model_spec.h"

namespace tiqu::graph {

Output Answer(GraphBuilder& g, std::string_view scope, const AnswerInputs& inputs) {
  const auto guard = g.Enter(scope, "Answer");
  const Output input = g.Role(inputs.input, "input");
  const Output column = MaskColumn(g, g.Role(inputs.mask, "mask"));
  const Output hidden_kernel = g.Role(inputs.hidden_kernel, "hidden_kernel");
  const Output hidden_bias = g.Role(inputs.hidden_bias, "hidden_bias");
  const Output kernel = g.Role(inputs.kernel, "kernel");
  const Output bias = g.Role(inputs.bias, "bias");

  const Output hidden = g.Relu(DenseRows(g, input, hidden_kernel, hidden_bias, inputs.hidden));
  const Output tags = g.Softmax(g.BiasAdd(g.MatMul(hidden, kernel), bias));
  const Output outside = g.Floats({model::kTagCount}, {1, 0, 0});
  const Output read = g.Mul(Unrows(g, tags, input, model::kTagCount), column);
  const Output padding = g.Mul(outside, g.Sub(g.Float(1), column));
  return g.LayerOutput(g.Add(read, padding));
}

}  // namespace tiqu::graph
