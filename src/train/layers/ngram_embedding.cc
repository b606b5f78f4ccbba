#include "train/layers/ngram_embedding.h"

#include "model/model_spec.h"
#include "train/layers/answer.h"
#include "train/layers/vector_ops.h"

namespace tiqu::train {
namespace {

using torch::Tensor;

constexpr int64_t kLongest = model::kLongestNgram;

// Columns: the word of one character, sums of those that begin, end and go on here, then a flag for each place.
class WordFeatures {
 public:
  WordFeatures(const NgramRows& rows, const Tensor& vectors)
      : rows_(rows),
        vectors_(vectors.data_ptr<float>()),
        dim_(vectors.size(1)),
        width_(4 * dim_ + model::kNgramFlagCount) {}

  Tensor Make(const Packing& packing) {
    Tensor features = torch::zeros({packing.rows(), width_});
    out_ = features.data_ptr<float>();
    for (int64_t s = 0; s < packing.sequences(); ++s) {
      first_ = packing.begin[static_cast<size_t>(s)];
      const int64_t end = packing.begin[static_cast<size_t>(s) + 1];
      for (int64_t t = first_; t < end; ++t) FillRow(t);
    }
    return features;
  }

 private:
  enum Part { kAlone, kBegins, kEnds, kInside };

  void FillRow(int64_t t) {
    Add(t, t, 1, kAlone, -1);
    int flag = 0;
    for (int64_t n = 2; n <= kLongest; ++n) Add(t, t, n, kBegins, flag++);
    for (int64_t n = 2; n <= kLongest; ++n) Add(t, t - n + 1, n, kEnds, flag++);
    for (int64_t n = 3; n <= kLongest; ++n) {
      for (int64_t k = 1; k < n - 1; ++k) Add(t, t - k, n, kInside, flag++);
    }
  }

  // The word of n characters that begins at `begin`, as character t sees it.
  void Add(int64_t t, int64_t begin, int64_t n, Part part, int flag) {
    if (begin < first_) return;
    const int32_t word = rows_.words[static_cast<size_t>(begin * kLongest + n - 1)];
    if (word == 0) return;
    float* row = out_ + t * width_;
    AddTo(dim_, vectors_ + word * dim_, row + part * dim_);
    if (flag >= 0) row[4 * dim_ + flag] = 1.0F;
  }

  const NgramRows& rows_;
  const float* vectors_;
  int64_t dim_;
  int64_t width_;
  int64_t first_ = 0;  // row of the sequence at hand
  float* out_ = nullptr;
};

// Each row's own pair and the one before it in its sequence: [rows, 2].
Tensor PairIds(const NgramRows& rows, const Packing& packing) {
  Tensor ids = torch::zeros({packing.rows(), 2}, torch::kInt64);
  auto* out = ids.data_ptr<int64_t>();
  for (int64_t s = 0; s < packing.sequences(); ++s) {
    const int64_t begin = packing.begin[static_cast<size_t>(s)];
    for (int64_t t = begin; t < packing.begin[static_cast<size_t>(s) + 1]; ++t) {
      out[2 * t] = rows.pairs[static_cast<size_t>(t)];
      out[2 * t + 1] = t > begin ? rows.pairs[static_cast<size_t>(t) - 1] : 0;
    }
  }
  return ids;
}

}  // namespace

Tensor NgramEmbedding(const NgramTensors& tensors, const NgramRows& rows, const Packing& packing, float dropout,
                      DropoutKey key) {
  const int64_t count = packing.rows();
  const Tensor words = WordFeatures(rows, tensors.word_vectors).Make(packing);
  const Tensor pairs = torch::embedding(tensors.bigram_embeddings, PairIds(rows, packing)).reshape({count, -1});
  const Tensor features = Dropout(torch::cat({words, pairs}, 1), dropout, key.At(1));
  const Tensor ids = torch::from_blob(const_cast<int64_t*>(rows.chars.data()), {count}, torch::kInt64);
  const Tensor chars = torch::embedding(tensors.char_embeddings, ids);
  return Dropout(chars + Dense(features, tensors.kernel, tensors.bias, /*relu=*/false), dropout, key.At(2));
}

}  // namespace tiqu::train
