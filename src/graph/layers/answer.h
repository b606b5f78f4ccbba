// Answer: the probability of the tags O, B, I for every passage character; padding is O for certain.
//
//   pa = softmax(relu(M K_h + b_h) K + b) * mp + [1, 0, 0] * (1 - mp)
#pragma once

#include <string_view>

#include "graph/graph_builder.h"

namespace tiqu::graph {

struct AnswerInputs {
  Output input;          // [batch, passage, hidden]
  Output mask;           // [batch, passage]
  Output hidden_kernel;  // [hidden, hidden]
  Output hidden_bias;    // [hidden]
  Output kernel;         // [hidden, 3]
  Output bias;           // [3]
  int64_t hidden = 0;
};

// -> [batch, passage, 3]
Output Answer(GraphBuilder& g, std::string_view scope, const AnswerInputs& inputs);

}  // namespace tiqu::graph
