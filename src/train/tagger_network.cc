#include "train/tagger_network.h"

#include <span>
#include <string>
#include <utility>

#include "train/layers/answer.h"
#include "train/layers/dilated_gated_conv1d.h"

namespace tiqu::train {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Places where dropout happens, so that each has masks of its own.
enum TaggerDropoutPlace : uint64_t { kTaggerEmbedding = 1, kTaggerTags = 2, kTaggerEncoder = 100 };

// Rows of the first and the last character of each text.
Tensor EdgeRows(const Packing& texts, bool last) {
  Tensor rows = torch::empty({texts.sequences()}, torch::kInt64);
  for (int64_t s = 0; s < texts.sequences(); ++s) {
    rows.data_ptr<int64_t>()[s] =
        last ? texts.begin[static_cast<size_t>(s) + 1] - 1 : texts.begin[static_cast<size_t>(s)];
  }
  return rows;
}

Tensor AddAtEdge(const Tensor& logits, const Tensor& scores, const Packing& texts, bool last) {
  return logits.index_add(0, EdgeRows(texts, last), scores.unsqueeze(0).expand({texts.sequences(), scores.size(0)}));
}

// The gradients are made with the loss and scaled when autograd asks for them.
struct TagChainFunction : public torch::autograd::Function<TagChainFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& input, const Tensor& transitions,
                        int64_t batch_address) {
    const auto& batch = *reinterpret_cast<const TaggerBatch*>(batch_address);
    const Tensor logits = input.contiguous();
    const auto tags = static_cast<size_t>(logits.size(1));
    const decode::LinearChain chain({transitions.data_ptr<float>(), tags * tags}, static_cast<int>(tags));
    Tensor d_logits = torch::zeros_like(logits);
    std::vector<double> d_transitions(tags * tags, 0.0);
    double loss = 0;
    for (int64_t s = 0; s < batch.texts.sequences(); ++s) {
      const auto row = static_cast<size_t>(batch.texts.begin[static_cast<size_t>(s)]);
      const auto rows = static_cast<size_t>(batch.texts.length(s));
      const std::span<const float> scores(logits.data_ptr<float>() + row * tags, rows * tags);
      float* const d_scores = d_logits.data_ptr<float>() + row * tags;
      loss += batch.wanted.empty()
                  ? chain.Loss(scores, {batch.tags.data() + row, rows}, d_scores, d_transitions.data())
                  : chain.LossOfCounts(scores, batch.wanted[static_cast<size_t>(s)], d_scores, d_transitions.data());
    }
    Tensor d_chain = torch::empty_like(transitions);
    for (size_t i = 0; i < d_transitions.size(); ++i) {
      d_chain.data_ptr<float>()[i] = static_cast<float>(d_transitions[i]);
    }
    context->saved_data["gradients"] = std::vector<Tensor>{d_logits, d_chain};
    return torch::full({}, loss);
  }

  static variable_list backward(AutogradContext* context, const variable_list& d_outs) {
    variable_list gradients = context->saved_data["gradients"].toTensorVector();
    for (Tensor& gradient : gradients) gradient = gradient * d_outs[0];
    gradients.emplace_back();
    return gradients;
  }
};

}  // namespace

Tensor EmbedTexts(const Parameters& parameters, const TaggerBatch& batch, const TaggerDropout& dropout) {
  const auto weight = [&](const std::string& name) { return parameters.Get("ngram_embedding/" + name); };
  const NgramTensors tensors = {weight("char_embeddings"), weight("word_vectors"), weight("bigram_embeddings"),
                                weight("kernel"), weight("bias")};
  return NgramEmbedding(tensors, batch.rows, batch.texts, dropout.embedding, dropout.key.At(kTaggerEmbedding));
}

Tensor ScoreTags(const model::ModelSpec& spec, const Parameters& parameters, const TaggerBatch& batch,
                 const TaggerDropout& dropout, Tensor embedded) {
  const auto weight = [&](const std::string& name) { return parameters.Get(name); };
  Tensor x = std::move(embedded);
  for (size_t i = 0; i < spec.encoder_rates.size(); ++i) {
    const std::string layer = "encode_" + std::to_string(i);
    x = DilatedGatedConv1D(x, weight(layer + "/kernel"), weight(layer + "/bias"), batch.texts,
                           {spec.encoder_rates[i], dropout.gate, dropout.key.At(kTaggerEncoder + i)});
  }
  x = Dropout(x, dropout.merge, dropout.key.At(kTaggerTags));
  Tensor logits = Dense(x, weight("tags/kernel"), weight("tags/bias"), /*relu=*/false);
  logits = AddAtEdge(logits, weight("crf/begin"), batch.texts, /*last=*/false);
  return AddAtEdge(logits, weight("crf/end"), batch.texts, /*last=*/true);
}

Tensor RunTagger(const model::ModelSpec& spec, const Parameters& parameters, const TaggerBatch& batch,
                 const TaggerDropout& dropout) {
  return ScoreTags(spec, parameters, batch, dropout, EmbedTexts(parameters, batch, dropout));
}

Tensor AdversarialShift(const Tensor& embedded, const Tensor& gradient, const Packing& texts, double size) {
  const torch::NoGradGuard no_gradient;
  Tensor shift = gradient.clone();
  for (int64_t s = 0; s < texts.sequences(); ++s) {
    Tensor rows = shift.narrow(0, texts.begin[static_cast<size_t>(s)], texts.length(s));
    const Tensor from = embedded.narrow(0, texts.begin[static_cast<size_t>(s)], texts.length(s));
    const double length = rows.norm().item<double>();
    rows.mul_(length > 0 ? size * from.norm().item<double>() / length : 0.0);
  }
  return shift;
}

Tensor TaggerLoss(const Tensor& logits, const Tensor& transitions, const TaggerBatch& batch) {
  return TagChainFunction::apply(logits, transitions, reinterpret_cast<int64_t>(&batch));
}

}  // namespace tiqu::train
