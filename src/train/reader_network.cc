#include "train/reader_network.h"

#include <string>

#include "train/crf_loss.h"
#include "train/layers/answer.h"
#include "train/layers/c2q_attention.h"
#include "train/layers/dilated_gated_conv1d.h"
#include "train/layers/expand_passages.h"
#include "train/layers/merged_context.h"
#include "train/layers/q2c_attention.h"
#include "train/layers/similarity.h"

namespace tiqu::train {
namespace {

using torch::Tensor;

// Places where dropout happens, so that each has masks of its own.
enum DropoutPlace : uint64_t { kEmbedding = 1, kMerge = 2, kContext = 3, kEncoder = 100, kModel = 200 };

Tensor RunStack(const std::string& name, const std::vector<int>& rates, const Parameters& parameters,
                const Packing& packing, const ReaderDropout& dropout, uint64_t place, Tensor x) {
  for (size_t i = 0; i < rates.size(); ++i) {
    const std::string layer = name + "_" + std::to_string(i);
    x = DilatedGatedConv1D(x, parameters.Get(layer + "/kernel"), parameters.Get(layer + "/bias"), packing,
                           {rates[i], dropout.gate, dropout.key.At(place + i)});
  }
  return x;
}

}  // namespace

ReaderOutput RunReader(const model::ModelSpec& spec, const Parameters& parameters, const ReaderBatch& batch,
                       const ReaderDropout& dropout) {
  const BatchLayout& layout = batch.layout;
  const EmbeddingTables tables = {parameters.Get("mix_embedding/char_embeddings"),
                                  spec.word_vectors ? parameters.Get("mix_embedding/word_vectors") : Tensor(),
                                  parameters.Get("mix_embedding/word_projection"),
                                  parameters.Get("mix_embedding/position_embeddings")};
  Tensor x = MixEmbedding(tables, batch.ids, dropout.embedding, dropout.key.At(kEmbedding));
  x = RunStack("encode", spec.encoder_rates, parameters, layout.encoder, dropout, kEncoder, x);
  const ExpandedRows encoded = ExpandPassages(x, layout);

  const Tensor scores = Similarity(encoded.passages, encoded.questions, parameters.Get("similarity/kernel"), layout);
  const Tensor c2q = C2QAttention(scores, encoded.questions, layout);
  const Tensor q2c = Q2CAttention(scores, encoded.passages, layout);
  const Tensor features =
      torch::from_blob(const_cast<float*>(batch.features.data()), {layout.samples.rows(), model::kFeatureCount});
  Tensor m =
      MergedContext({encoded.passages, c2q, q2c, features}, parameters.Get("merged_context/kernel"),
                    parameters.Get("merged_context/bias"), layout.samples, dropout.merge, dropout.key.At(kMerge));
  m = RunStack("model", spec.model_rates, parameters, layout.samples, dropout, kModel, m);
  m = Dropout(m, dropout.merge, dropout.key.At(kContext));
  return {Answer(m, {parameters.Get("answer/hidden_kernel"), parameters.Get("answer/hidden_bias"),
                     parameters.Get("answer/kernel"), parameters.Get("answer/bias")}),
          SpanScores(m, parameters.Get("span/kernel"))};
}

ReaderLoss ComputeReaderLoss(const model::ModelSpec& spec, const Parameters& parameters, const ReaderBatch& batch,
                             const ReaderOutput& output) {
  const Tensor tags = spec.crf ? CrfLoss(output.logits, parameters.Get("crf/transitions"), parameters.Get("crf/begin"),
                                         parameters.Get("crf/end"), batch.layout.samples, batch.tags)
                               : TagLoss(output.logits, batch.tags);
  return {tags, SpanLoss(output.span, batch.layout.samples, batch.gold)};
}

}  // namespace tiqu::train
