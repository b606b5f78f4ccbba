// C2QAttention: for every passage character the question's encoding, weighted by similarity.
//
//   C[i] = sum_j softmax_j(S'[i])[j] U[j]
#pragma once

#include <string_view>

#include "graph/graph_builder.h"

namespace tiqu::graph {

struct C2QAttentionInputs {
  Output similarity;  // [batch, passage, question], masked
  Output question;    // [batch, question, hidden]
};

// -> [batch, passage, hidden]
Output C2QAttention(GraphBuilder& g, std::string_view scope, const C2QAttentionInputs& inputs);

}  // namespace tiqu::graph
