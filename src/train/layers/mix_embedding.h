// MixEmbedding: character vectors (trained) + projected word vectors (frozen) + position vectors, on packed rows.
//
//   out[t] = E_c[char[t]] + V[word[t]] W_w + E_pos[position[t]]
//
// Every distinct word of the batch is projected once, by one matrix product; the gradient goes to W_w only.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <vector>

#include "torch/torch.h"
#include "train/layers/dropout.h"

namespace tiqu::train {

struct EmbeddingIds {
  std::vector<int32_t> chars;      // [rows]
  std::vector<int32_t> words;      // [rows]
  std::vector<int32_t> positions;  // [rows]; -1: no position vector (questions); already clamped to the table
};

struct EmbeddingTables {
  torch::Tensor char_embeddings;      // [char_vocab, d]
  torch::Tensor word_vectors;         // [word_vocab, word_dim], frozen; undefined: left out
  torch::Tensor word_projection;      // [word_dim, d]
  torch::Tensor position_embeddings;  // [max_position, d]
};

// -> [rows, d].  REQUIRES: ids lie inside the tables; `ids` outlives the backward pass.
torch::Tensor MixEmbedding(const EmbeddingTables& tables, const EmbeddingIds& ids, float dropout, DropoutKey key);

}  // namespace tiqu::train
