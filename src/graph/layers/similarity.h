// Similarity: trilinear similarity of every passage and question character, padding of the question pushed down.
//
//   S[i,j] = H[i].w1 + U[j].w2 + (H[i] * w3).U[j];  S' = S + (mq[j] - 1) * 1e9
#pragma once

#include <string_view>

#include "graph/graph_builder.h"

namespace tiqu::graph {

struct SimilarityInputs {
  Output passage;        // [batch, passage, hidden]
  Output question;       // [batch, question, hidden]
  Output question_mask;  // [batch, question]
  Output kernel;         // [3 hidden, 1]: passage, question, product
  int64_t hidden = 0;
};

// -> [batch, passage, question]
Output Similarity(GraphBuilder& g, std::string_view scope, const SimilarityInputs& inputs);

}  // namespace tiqu::graph
