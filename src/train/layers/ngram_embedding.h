// NgramEmbedding: characters, the words around each and the pairs that it is part of, on packed rows.
//
//   out[t] = E_c[char[t]] + [words; flags; pairs] K + b         docs/model.md, "The tagger"
//
// Word vectors are frozen; pairs have trained ones. Thread safety: free functions.
#pragma once

#include <cstdint>
#include <vector>

#include "torch/torch.h"
#include "train/layers/dropout.h"
#include "train/layers/packing.h"

namespace tiqu::train {

struct NgramRows {
  std::vector<int64_t> chars;  // [rows]: rows of char_embeddings
  std::vector<int32_t> words;  // [rows * 4]: the word of 1 to 4 characters that begins here, 0: none
  std::vector<int64_t> pairs;  // [rows]: of this character and the next, 0: none
};

struct NgramTensors {
  torch::Tensor char_embeddings;    // [known_chars, d]
  torch::Tensor word_vectors;       // [word_vocab, word_dim], frozen
  torch::Tensor bigram_embeddings;  // [bigram_vocab, bigram_dim]
  torch::Tensor kernel;             // [features, d]
  torch::Tensor bias;               // [d]
};

// -> [rows, d], with dropout on the features and on the result.
torch::Tensor NgramEmbedding(const NgramTensors& tensors, const NgramRows& rows, const Packing& packing, float dropout,
                             DropoutKey key);

}  // namespace tiqu::train
