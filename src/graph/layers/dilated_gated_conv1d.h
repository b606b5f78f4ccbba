// DilatedGatedConv1D: a width-3 dilated convolution whose second half gates between its first half and the input.
//
//   h = Conv1D(x * m, kernel, dilation r) + bias;  u = h[:d], s = sigmoid(h[d:]);  out = (x * (1 - s) + u * s) * m
#pragma once

#include <string_view>

#include "graph/graph_builder.h"

namespace tiqu::graph {

struct DilatedGatedConv1DInputs {
  Output input;   // [batch, length, hidden]
  Output mask;    // [batch, length]
  Output kernel;  // [3, hidden, 2 hidden]
  Output bias;    // [2 hidden]
  int64_t hidden = 0;
  int rate = 1;
};

// -> [batch, length, hidden]
Output DilatedGatedConv1D(GraphBuilder& g, std::string_view scope, const DilatedGatedConv1DInputs& inputs);

}  // namespace tiqu::graph
