// docs/model.md written down in plain torch operations on padded tensors, and random batches for it.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.h"
#include "train/reader_network.h"

namespace tiqu::train {

using torch::Tensor;

inline model::ModelSpec SmallSpec() {
  model::ModelSpec spec;
  spec.char_vocab_size = 30;
  spec.word_vocab_size = 20;
  spec.word_dim = 6;
  spec.hidden = 16;
  spec.max_position = 24;
  spec.encoder_rates = {1, 2};
  spec.model_rates = {1, 4, 2};
  return spec;
}

// Weights away from their starting values, so that every path carries a gradient.
inline Parameters RandomParameters(const model::ModelSpec& spec, uint64_t seed) {
  Parameters parameters = Parameters::Initialize(spec, seed);
  Random random(seed, 77);
  for (int64_t i = 0; i < parameters.flat_size(); ++i) {
    parameters.flat()[i] += static_cast<float>(random.Uniform() * 0.4 - 0.2);
  }
  Tensor vectors = torch::zeros({spec.word_vocab_size, spec.word_dim});
  for (int64_t i = 2 * spec.word_dim; i < vectors.numel(); ++i) {
    vectors.data_ptr<float>()[i] = static_cast<float>(random.Uniform() - 0.5);
  }
  parameters.SetFrozen("mix_embedding/word_vectors", vectors);
  return parameters;
}

struct RawSample {
  int64_t passage;
  std::vector<int32_t> chars;
  std::vector<int32_t> words;
  std::vector<uint8_t> tags;
  std::vector<GoldSpan> gold;
};

struct RawBatch {
  std::vector<std::vector<int32_t>> chars;  // passages
  std::vector<std::vector<int32_t>> words;
  std::vector<RawSample> samples;
};

inline std::vector<int32_t> RandomIds(int64_t count, int32_t limit, Random* random) {
  std::vector<int32_t> ids;
  for (int64_t i = 0; i < count; ++i) ids.push_back(1 + static_cast<int32_t>(random->Below(limit - 1)));
  return ids;
}

inline RawBatch RandomBatch(const model::ModelSpec& spec, const std::vector<int64_t>& lengths,
                            const std::vector<int64_t>& passage_of_sample, uint64_t seed) {
  Random random(seed, 5);
  RawBatch raw;
  for (const int64_t length : lengths) {
    raw.chars.push_back(RandomIds(length, spec.char_vocab_size, &random));
    raw.words.push_back(RandomIds(length, spec.word_vocab_size, &random));
  }
  for (const int64_t passage : passage_of_sample) {
    const int64_t p = lengths[static_cast<size_t>(passage)];
    const int64_t q = random.Between(2, 7);
    RawSample sample{passage,
                     RandomIds(q, spec.char_vocab_size, &random),
                     RandomIds(q, spec.word_vocab_size, &random),
                     std::vector<uint8_t>(static_cast<size_t>(p), 0),
                     {}};
    if (random.Chance(0.7)) {
      const int begin = random.Between(0, static_cast<int>(p) - 2);
      sample.gold.push_back({begin, begin + 2});
      sample.tags[static_cast<size_t>(begin)] = 1;
      sample.tags[static_cast<size_t>(begin) + 1] = 2;
    }
    raw.samples.push_back(sample);
  }
  return raw;
}

inline ReaderBatch Pack(const model::ModelSpec& spec, const RawBatch& raw) {
  ReaderBatch batch;
  BatchLayout& layout = batch.layout;
  layout.passages = static_cast<int64_t>(raw.chars.size());
  layout.pair_begin = {0};
  auto append = [&](const std::vector<int32_t>& chars, const std::vector<int32_t>& words, bool passage) {
    layout.encoder.Append(static_cast<int64_t>(chars.size()));
    for (size_t t = 0; t < chars.size(); ++t) {
      batch.ids.chars.push_back(chars[t]);
      batch.ids.words.push_back(words[t]);
      batch.ids.positions.push_back(passage ? std::min(static_cast<int32_t>(t), spec.max_position - 1) : -1);
    }
  };
  for (size_t i = 0; i < raw.chars.size(); ++i) append(raw.chars[i], raw.words[i], true);
  Random random(3);
  for (const RawSample& sample : raw.samples) {
    const size_t p = raw.chars[static_cast<size_t>(sample.passage)].size();
    append(sample.chars, sample.words, false);
    layout.passage_of_sample.push_back(sample.passage);
    layout.samples.Append(static_cast<int64_t>(p));
    layout.questions.Append(static_cast<int64_t>(sample.chars.size()));
    layout.pair_begin.push_back(layout.pair_begin.back() + static_cast<int64_t>(p * sample.chars.size()));
    batch.tags.insert(batch.tags.end(), sample.tags.begin(), sample.tags.end());
    batch.gold.push_back(sample.gold);
    for (size_t i = 0; i < p * model::kFeatureCount; ++i) {
      batch.features.push_back(static_cast<float>(random.Uniform()));
    }
  }
  return batch;
}

// docs/model.md, one sample at a time, on tensors padded by `padding` rows.
class PlainReader {
 public:
  PlainReader(const model::ModelSpec& spec, const Parameters& parameters, int64_t padding)
      : spec_(spec), parameters_(parameters), padding_(padding) {}

  Tensor Embed(const std::vector<int32_t>& chars, const std::vector<int32_t>& words, bool passage) const {
    const Tensor c = Ids(chars);
    const Tensor w = Ids(words);
    Tensor x =
        torch::embedding(Get("mix_embedding/char_embeddings"), c) +
        torch::matmul(torch::embedding(Get("mix_embedding/word_vectors"), w), Get("mix_embedding/word_projection"));
    if (passage) {
      const Tensor pos = torch::clamp(torch::arange(c.size(0)), 0, spec_.max_position - 1);
      x = x + torch::embedding(Get("mix_embedding/position_embeddings"), pos);
    }
    return x * Mask(c);
  }

  Tensor Stack(const std::string& name, const std::vector<int>& rates, Tensor x, const Tensor& mask) const {
    for (size_t i = 0; i < rates.size(); ++i) {
      const Tensor kernel = Get(name + "_" + std::to_string(i) + "/kernel").permute({2, 1, 0});
      const Tensor h = torch::conv1d((x * mask).t().unsqueeze(0), kernel, Get(name + "_" + std::to_string(i) + "/bias"),
                                     1, rates[i], rates[i])
                           .squeeze(0)
                           .t();
      const Tensor u = h.narrow(1, 0, spec_.hidden);
      const Tensor s = torch::sigmoid(h.narrow(1, spec_.hidden, spec_.hidden));
      x = (x * (1 - s) + u * s) * mask;
    }
    return x;
  }

  struct Output {
    Tensor logits;
    Tensor span;
  };

  Output Run(const RawBatch& raw, const RawSample& sample, const Tensor& features) const {
    const auto& chars = raw.chars[static_cast<size_t>(sample.passage)];
    const Tensor mp = Mask(Ids(chars));
    const Tensor mq = Mask(Ids(sample.chars));
    const Tensor h =
        Stack("encode", spec_.encoder_rates, Embed(chars, raw.words[static_cast<size_t>(sample.passage)], true), mp);
    const Tensor u = Stack("encode", spec_.encoder_rates, Embed(sample.chars, sample.words, false), mq);
    const int64_t d = spec_.hidden;
    const Tensor w = Get("similarity/kernel").squeeze(1);
    const Tensor s = torch::matmul(h, w.narrow(0, 0, d)).unsqueeze(1) +
                     torch::matmul(u, w.narrow(0, d, d)).unsqueeze(0) +
                     torch::matmul(h * w.narrow(0, 2 * d, d), u.t()) + (mq.t() - 1) * 1e9;
    const Tensor c = torch::matmul(torch::softmax(s, 1), u);
    const Tensor b = torch::softmax(std::get<0>(s.max(1)) + (mp.squeeze(1) - 1) * 1e9, 0);
    const Tensor q2c = torch::matmul(b.unsqueeze(0), h);
    const Tensor f = torch::constant_pad_nd(features, {0, 0, 0, padding_});
    const Tensor joined = torch::cat({h, c, h * c, h * q2c, f}, 1);
    Tensor m = (torch::matmul(joined, Get("merged_context/kernel")) + Get("merged_context/bias")) * mp;
    m = Stack("model", spec_.model_rates, m, mp).narrow(0, 0, static_cast<int64_t>(chars.size()));
    const Tensor hidden = torch::relu(torch::matmul(m, Get("answer/hidden_kernel")) + Get("answer/hidden_bias"));
    return {torch::matmul(hidden, Get("answer/kernel")) + Get("answer/bias"), torch::matmul(m, Get("span/kernel"))};
  }

  // -log p of the tags by the forward recursion, in torch operations.
  // In double: in float the recursion over 300 characters loses four digits.
  Tensor ChainLoss(const Tensor& emissions, const std::vector<uint8_t>& tags) const {
    const Tensor logits = emissions.to(torch::kDouble);
    const Tensor transitions = (Get("crf/transitions") + Forbidden()).to(torch::kDouble);
    const Tensor begin = (Get("crf/begin") + torch::tensor({0.0F, 0.0F, -1e4F})).to(torch::kDouble);
    const Tensor end = Get("crf/end").to(torch::kDouble);
    Tensor alpha = begin + logits[0];
    Tensor path = begin[tags[0]] + logits[0][tags[0]];
    for (int64_t t = 1; t < logits.size(0); ++t) {
      alpha = torch::logsumexp(alpha.unsqueeze(1) + transitions, 0) + logits[t];
      const auto tag = tags[static_cast<size_t>(t)];
      path = path + logits[t][tag] + transitions[tags[static_cast<size_t>(t) - 1]][tag];
    }
    return (torch::logsumexp(alpha + end, 0) - path - end[tags.back()]).to(torch::kFloat);
  }

 private:
  static Tensor Forbidden() {
    Tensor forbidden = torch::zeros({3, 3});
    forbidden[0][2] = -1e4F;
    return forbidden;
  }
  const Tensor& Get(const std::string& name) const { return parameters_.Get(name); }
  Tensor Ids(std::vector<int32_t> ids) const {
    ids.resize(ids.size() + static_cast<size_t>(padding_), 0);
    return torch::tensor(ids).to(torch::kLong);
  }
  static Tensor Mask(const Tensor& ids) { return (ids > 0).to(torch::kFloat).unsqueeze(1); }

  const model::ModelSpec& spec_;
  const Parameters& parameters_;
  int64_t padding_;
};

}  // namespace tiqu::train
