#include "graph/layers/merged_context.h"

#include "graph/shapes.h"
#include "model/model_spec.h"

namespace tiqu::graph {

Output MergedContext(GraphBuilder& g, std::string_view scope, const MergedContextInputs& inputs) {
  const auto guard = g.Enter(scope, "MergedContext");
  const Output passage = g.Role(inputs.passage, "passage");
  const Output c2q = g.Role(inputs.c2q, "c2q");
  const Output q2c = g.Role(inputs.q2c, "q2c");
  const Output features = g.Role(inputs.features, "features");
  const Output mask = g.Role(inputs.mask, "mask");
  const Output kernel = g.Role(inputs.kernel, "kernel");
  const Output bias = g.Role(inputs.bias, "bias");

  const Output joined = g.Concat({passage, c2q, g.Mul(passage, c2q), g.Mul(passage, q2c), features}, 2);
  const Output rows = DenseRows(g, joined, kernel, bias, 4 * inputs.hidden + model::kFeatureCount);
  return g.LayerOutput(g.Mul(Unrows(g, rows, passage, inputs.hidden), MaskColumn(g, mask)));
}

}  // namespace tiqu::graph
