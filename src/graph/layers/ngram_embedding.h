// NgramEmbedding: a tagger's characters as vectors, with the words around each and the pairs that it is part of, all
// from the character ids.
//
//   x = (E_c[known(c)] + [words; flags; pairs] K + b) * m          docs/model.md, "The tagger"
//
// Words and pairs are looked up in tables with two places for each (model/ngram_table.h).
#pragma once

#include <string_view>

#include "graph/graph_builder.h"
#include "model/model_spec.h"

namespace tiqu::graph {

// An n-gram table as weights.
struct NgramTableInputs {
  Output keys;  // [2 slots]
  Output ids;   // [2 slots]
};

struct NgramEmbeddingInputs {
  Output char_ids;         // int32 [batch, length], 0 where the mask is 0
  Output mask;             // [batch, length]
  Output char_embeddings;  // [known_chars, hidden]
  NgramTableInputs words;
  Output word_vectors;  // [word_vocab, word_dim]
  NgramTableInputs bigrams;
  Output bigram_embeddings;  // [bigram_vocab, bigram_dim]
  Output kernel;             // [features, hidden]
  Output bias;               // [hidden]
};

// -> [batch, length, hidden]
Output NgramEmbedding(GraphBuilder& g, std::string_view scope, const model::ModelSpec& spec,
                      const NgramEmbeddingInputs& inputs);

}  // namespace tiqu::graph
