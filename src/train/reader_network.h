// The reader of docs/model.md on packed rows.
//
//   ReaderOutput out = RunReader(spec, parameters, batch, dropout);
//   ReaderLoss loss = ComputeReaderLoss(spec, parameters, batch, out);
//   auto gradients = torch::autograd::grad({loss.tags + 0.5 * loss.spans}, parameters.trained());
//
// Thread safety: free functions; several threads may run batches on the same parameters. All work is done on the
// calling thread.
#pragma once

#include <cstdint>
#include <vector>

#include "model/model_spec.h"
#include "torch/torch.h"
#include "train/layers/dropout.h"
#include "train/layers/mix_embedding.h"
#include "train/layers/packing.h"
#include "train/parameters.h"
#include "train/span_loss.h"

namespace tiqu::train {

// What one worker runs in one step.
struct ReaderBatch {
  BatchLayout layout;
  EmbeddingIds ids;             // of layout.encoder's rows
  std::vector<float> features;  // [layout.samples.rows(), 12]
  // Labels; empty when only predictions are wanted.
  std::vector<uint8_t> tags;                // [layout.samples.rows()]
  std::vector<std::vector<GoldSpan>> gold;  // [samples]
};

struct ReaderDropout {
  float embedding = 0.0F;
  float gate = 0.0F;
  float merge = 0.0F;
  DropoutKey key;
};

struct ReaderOutput {
  torch::Tensor logits;  // [sample rows, 3]
  torch::Tensor span;    // [sample rows, 2]
};

// REQUIRES: `batch` outlives the backward pass; it has at least one sample, no passage or question is empty.
ReaderOutput RunReader(const model::ModelSpec& spec, const Parameters& parameters, const ReaderBatch& batch,
                       const ReaderDropout& dropout);

struct ReaderLoss {
  torch::Tensor tags;  // scalars, summed over samples
  torch::Tensor spans;
};
ReaderLoss ComputeReaderLoss(const model::ModelSpec& spec, const Parameters& parameters, const ReaderBatch& batch,
                             const ReaderOutput& output);

}  // namespace tiqu::train
