// The tagger of docs/model.md on packed rows.
//
//   torch::Tensor logits = RunTagger(spec, parameters, batch, dropout);
//   torch::Tensor loss = TaggerLoss(logits, parameters.Get("crf/transitions"), batch);
//
// Thread safety: free functions; several threads may run batches on the same parameters.
#pragma once

#include <cstdint>
#include <vector>

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
};

struct TaggerDropout {
  float embedding = 0.0F;
  float gate = 0.0F;
  float merge = 0.0F;
  DropoutKey key;
};

// [rows, tags], scores of the first and last character included. REQUIRES: `batch` outlives the backward pass.
torch::Tensor RunTagger(const model::ModelSpec& spec, const Parameters& parameters, const TaggerBatch& batch,
                        const TaggerDropout& dropout);

// Negative log-likelihood of the tags under the chain, summed over texts.
torch::Tensor TaggerLoss(const torch::Tensor& logits, const torch::Tensor& transitions, const TaggerBatch& batch);

}  // namespace tiqu::train
