// MatchFeatures: the twelve hand-made features of every passage character, computed from ids and anchor alone
// (docs/model.md has the table).
#pragma once

#include <string_view>

#include "graph/graph_builder.h"

namespace tiqu::graph {

struct MatchFeaturesInputs {
  Output passage_chars;   // int [batch, passage]
  Output passage_words;   // int [batch, passage]
  Output question_chars;  // int [batch, question]
  Output question_words;  // int [batch, question]
  Output anchor_begin;    // [batch, 1], -1 when there is no anchor
  Output anchor_end;      // [batch, 1], the last position
  Output passage_mask;    // [batch, passage]
  Output question_mask;   // [batch, question]
  Output char_idf;        // [char_vocab]
  Output word_idf;        // [word_vocab]
};

// -> [batch, passage, 12]
Output MatchFeatures(GraphBuilder& g, std::string_view scope, const MatchFeaturesInputs& inputs);

}  // namespace tiqu::graph
