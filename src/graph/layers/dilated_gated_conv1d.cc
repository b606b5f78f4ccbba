#include "graph/layers/dilated_gated_conv1d.h"

#include "graph/shapes.h"

namespace tiqu::graph {
namespace {

// The three taps t - r, t, t + r side by side: [batch, length, 3 hidden]. With them the convolution is one product of
// matrices; TensorFlow's own dilation is ignored or wrong on some of its CPU versions.
Output Taps(GraphBuilder& g, const Output& x, int rate) {
  const Output padded = g.Pad(x, {0, 0, rate, rate, 0, 0});
  const Output before = g.Slice(padded, 3, {.axis = 1, .begin = 0, .end = -2 * rate});
  const Output after = g.Slice(padded, 3, {.axis = 1, .begin = 2 * rate, .end = 0});
  return g.Concat({before, x, after}, 2);
}

}  // namespace

Output DilatedGatedConv1D(GraphBuilder& g, std::string_view scope, const DilatedGatedConv1DInputs& inputs) {
  const auto guard = g.Enter(scope, "DilatedGatedConv1D");
  const int64_t d = inputs.hidden;
  const Output x = g.Role(inputs.input, "input");
  const Output column = MaskColumn(g, g.Role(inputs.mask, "mask"));
  const Output kernel = Rows(g, g.Role(inputs.kernel, "kernel"), 2 * d);  // [3 hidden, 2 hidden]
  const Output bias = g.Role(inputs.bias, "bias");

  const Output rows = DenseRows(g, Taps(g, g.Mul(x, column), inputs.rate), kernel, bias, 3 * d);
  const std::vector<Output> halves = g.Split(Unrows(g, rows, x, 2 * d), 2, 2);
  const Output s = g.Sigmoid(halves[1]);
  const Output kept = g.Mul(x, g.Sub(g.Float(1), s));
  const Output taken = g.Mul(halves[0], s);
  return g.LayerOutput(g.Mul(g.Add(kept, taken), column), {{"rate", inputs.rate}});
}

}  // namespace tiqu::graph
