// The tagger of docs/model.md on packed rows.
//
//   torch::Tensor logits = RunTagger(spec, parameters, batch, dropout);
//   torch::Tensor loss = TaggerLoss(logits, parameters.Get("crf/transitions"), batch);
//
// Thread safety: free functions; several threads may run batches on the same parameters.
#pragma once

#include <cstdint>
#include <vector>

#include "decode/linear_chain.h"
#include "model/model_spec.h"
#include "torch/torch.h"
#include "train/layers/ngram_embedding.h"
#include "train/layers/packing.h"
#include "train/parameters.h"

namespace tiqu::train {

struct TaggerBatch {
  Packing texts;
  NgramRows rows;
  std::vector<uint16_t> tags;  // [rows]; empty when only logits are wanted
  // Of each text, what is learnt in place of the tags; empty: the tags.
  std::vector<decode::ChainCounts> wanted;
};

struct TaggerDropout {
  float embedding = 0.0F;
  float gate = 0.0F;
  float merge = 0.0F;
  DropoutKey key;
};

// RunTagger in two halves, between which AdversarialShift comes. REQUIRES of all: `batch` outlives the backward pass.
// The embedded characters, [rows, hidden].
torch::Tensor EmbedTexts(const Parameters& parameters, const TaggerBatch& batch, const TaggerDropout& dropout);
// [rows, tags], scores of the first and last character included.
torch::Tensor ScoreTags(const model::ModelSpec& spec, const Parameters& parameters, const TaggerBatch& batch,
                        const TaggerDropout& dropout, torch::Tensor embedded);
torch::Tensor RunTagger(const model::ModelSpec& spec, const Parameters& parameters, const TaggerBatch& batch,
                        const TaggerDropout& dropout);

// Negative log-likelihood of the tags, or of what is wanted, under the chain, summed over texts.
torch::Tensor TaggerLoss(const torch::Tensor& logits, const torch::Tensor& transitions, const TaggerBatch& batch);

// What to add to the embedded characters to raise the loss most, of each text `size` times the length of what it is
// added to: along `gradient`, that of the loss by `embedded` (Miyato, Dai and Goodfellow, Adversarial Training Methods
// for Semi-Supervised Text Classification, ICLR 2017). Not differentiated.
torch::Tensor AdversarialShift(const torch::Tensor& embedded, const torch::Tensor& gradient, const Packing& texts,
                               double size);

}  // namespace tiqu::train
