// MergedContext: the passage aware of the question, with the hand-made features joined.
//
//   out = ([H; C; H * C; H * h~; F] K + bias) * mp
#pragma once

#include <string_view>

#include "graph/graph_builder.h"

namespace tiqu::graph {

struct MergedContextInputs {
  Output passage;   // [batch, passage, hidden]
  Output c2q;       // [batch, passage, hidden]
  Output q2c;       // [batch, 1, hidden]
  Output features;  // [batch, passage, 12]
  Output mask;      // [batch, passage]
  Output kernel;    // [4 hidden + 12, hidden]
  Output bias;      // [hidden]
  int64_t hidden = 0;
};

// -> [batch, passage, hidden]
Output MergedContext(GraphBuilder& g, std::string_view scope, const MergedContextInputs& inputs);

}  // namespace tiqu::graph
