// Q2CAttention: one vector of the passage, its characters weighted by how well any question character matches them.
//
//   z[i] = max_j S'[i,j];  b = softmax_i(z + (mp - 1) * 1e9);  h~ = sum_i b[i] H[i]
#pragma once

#include <string_view>

#include "graph/graph_builder.h"

namespace tiqu::graph {

struct Q2CAttentionInputs {
  Output similarity;    // [batch, passage, question], masked
  Output passage;       // [batch, passage, hidden]
  Output passage_mask;  // [batch, passage]
};

// -> [batch, 1, hidden]
Output Q2CAttention(GraphBuilder& g, std::string_view scope, const Q2CAttentionInputs& inputs);

}  // namespace tiqu::graph
