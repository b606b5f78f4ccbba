// MixEmbedding: character vectors + projected word vectors + position vectors, times the mask.
//
//   out = (E_c[c] + V[w] W_w + E_pos[clamp(pos, 0, max_position - 1)]) * m          docs/model.md
#pragma once

#include <optional>
#include <string_view>

#include "graph/graph_builder.h"

namespace tiqu::graph {

// A frozen table of word vectors and its projection.
struct WordTable {
  Output ids;         // int [batch, length]
  Output vectors;     // [word_vocab, word_dim]
  Output projection;  // [word_dim, hidden]
  int64_t word_dim = 0;
};

struct PositionTable {
  Output ids;      // int [batch, length], any values
  Output vectors;  // [max_position, hidden]
  int64_t max_position = 0;
};

struct MixEmbeddingInputs {
  Output char_ids;         // int [batch, length]
  Output mask;             // [batch, length]
  Output char_embeddings;  // [char_vocab, hidden]
  int64_t hidden = 0;
  std::optional<WordTable> words;
  std::optional<PositionTable> positions;  // the question has none
};

// -> [batch, length, hidden]
Output MixEmbedding(GraphBuilder& g, std::string_view scope, const MixEmbeddingInputs& inputs);

}  // namespace tiqu::graph
