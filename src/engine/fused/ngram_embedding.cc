// (E_c[known(c)] + [words; flags; pairs] K + b) * m: docs/model.md, "The tagger". Words and pairs of a sequence are
// looked up first; then the features go through in blocks of rows.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/fused/layer.h"
#include "model/model_spec.h"
#include "model/ngram_table.h"

namespace tiqu::engine {
namespace {

constexpr int64_t kLongest = model::kLongestNgram;
constexpr int64_t kUnknownChar = 1;

void AddFeature(const float* vector, int64_t size, float* to) {
  for (int64_t i = 0; i < size; ++i) to[i] += vector[i];
}

struct NgramEmbedding {
  int chars, mask;
  model::NgramTable words, pairs;
  Tensor char_table, word_vectors, pair_vectors, bias;
  int64_t width = 0;                                    // features of a character
  std::shared_ptr<const kernels::PackedMatrix> kernel;  // [width, d]

  absl::Status Run(OpContext& context) const {
    const Tensor &ids = context.input(chars), &m = context.input(mask);
    TIQU_RETURN_IF_ERROR(ExpectShape("char_ids", ids, {-1, -1}));
    TIQU_RETURN_IF_ERROR(ExpectShape("mask", m, ids.shape()));
    const int64_t batch = ids.shape()[0], length = ids.shape()[1], d = bias.size();
    for (int64_t i = 0; i < ids.size(); ++i) {
      if (ids.data<int32_t>()[i] < 0) {
        return absl::InvalidArgumentError(absl::StrCat("character id ", ids.data<int32_t>()[i], ", at least 0"));
      }
    }
    TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, DataType::kFloat, {batch, length, d}));
    TIQU_ASSIGN_OR_RETURN(Tensor found, NewTensor(DataType::kInt32, {length, kLongest + 1}));
    TIQU_ASSIGN_OR_RETURN(Tensor features, NewTensor(DataType::kFloat, {kBlockRows, width}));
    for (int64_t b = 0; b < batch; ++b) {
      const int32_t* text = ids.data<int32_t>() + b * length;
      const float* mask_row = m.data<float>() + b * length;
      const int64_t used = UsedLength(mask_row, length);
      float* to = out->data<float>() + b * length * d;
      LookUp(text, used, found.data<int32_t>());
      for (int64_t t = 0; t < used; t += kBlockRows) {
        const int64_t rows = std::min(kBlockRows, used - t);
        for (int64_t row = 0; row < rows; ++row) {
          FillFeatures(found.data<int32_t>(), t + row, features.data<float>() + row * width);
        }
        kernel->Multiply(rows, features.data<float>(), width, kernels::Into::kOverwrite, to + t * d, d);
        for (int64_t row = t; row < t + rows; ++row) AddChar(text[row], mask_row[row], to + row * d);
      }
      std::fill(to + used * d, to + length * d, 0.0F);
    }
    return absl::OkStatus();
  }

 private:
  // found[t]: the words of 1 to 4 characters that begin at t, and the pair.
  void LookUp(const int32_t* text, int64_t used, int32_t* found) const {
    for (int64_t t = 0; t < used; ++t, found += kLongest + 1) {
      std::fill_n(found, kLongest + 1, 0);
      model::NgramHash hash;
      for (int64_t n = 0; n < kLongest && t + n < used && hash.Add(text[t + n]); ++n) {
        found[n] = words.Find(hash);
        if (n == 1) found[kLongest] = pairs.Find(hash);
      }
    }
  }

  void FillFeatures(const int32_t* found, int64_t t, float* row) const {
    const int64_t v = word_vectors.shape()[1], u = pair_vectors.shape()[1];
    std::fill_n(row, width, 0.0F);
    float* flag = row + kLongest * v;
    const auto add = [&](int64_t begin, int64_t n, int64_t part) {
      const int32_t word = begin < 0 ? 0 : found[begin * (kLongest + 1) + n - 1];
      if (word != 0) AddFeature(word_vectors.data<float>() + word * v, v, row + part * v);
      return word != 0 ? 1.0F : 0.0F;
    };
    add(t, 1, 0);
    for (int64_t n = 2; n <= kLongest; ++n) *flag++ = add(t, n, 1);
    for (int64_t n = 2; n <= kLongest; ++n) *flag++ = add(t - n + 1, n, 2);
    for (int64_t n = 3; n <= kLongest; ++n) {
      for (int64_t k = 1; k < n - 1; ++k) *flag++ = add(t - k, n, 3);
    }
    const int32_t before = t > 0 ? found[(t - 1) * (kLongest + 1) + kLongest] : 0;
    std::copy_n(pair_vectors.data<float>() + found[t * (kLongest + 1) + kLongest] * u, u, flag);
    std::copy_n(pair_vectors.data<float>() + before * u, u, flag + u);
  }

  void AddChar(int32_t id, float weight, float* out) const {
    const int64_t d = bias.size();
    const float* row = char_table.data<float>() + (id < char_table.shape()[0] ? id : kUnknownChar) * d;
    for (int64_t i = 0; i < d; ++i) out[i] = (out[i] + row[i] + bias.data<float>()[i]) * weight;
  }
};

// The table of two weights. `rows`: of the vectors that its ids mean.
model::NgramTable TableOf(const NodeSpec& spec, const char* keys_role, const char* ids_role, int64_t rows,
                          absl::Status* status) {
  const Tensor keys = FloatWeight(spec, keys_role, {-1});
  const Tensor ids = FloatWeight(spec, ids_role, {keys.size()});
  model::NgramTable table;
  if (!spec.status().ok() || !status->ok()) return table;
  table.slots = static_cast<int32_t>(keys.size() / 2);
  table.keys.assign(keys.data<float>(), keys.data<float>() + keys.size());
  table.ids.assign(ids.data<float>(), ids.data<float>() + ids.size());
  if (table.slots < 1 || keys.size() % 2 != 0) {
    *status = absl::InvalidArgumentError(absl::StrCat(keys_role, " has ", keys.size(), " places"));
  }
  for (const float id : table.ids) {
    if (!(id >= 0 && id < static_cast<float>(rows))) {
      *status = absl::InvalidArgumentError(absl::StrCat(ids_role, " holds ", id, ", its vectors have ", rows, " rows"));
    }
  }
  return table;
}

}  // namespace

absl::StatusOr<OpInstance> MakeNgramEmbedding(const NodeSpec& spec) {
  NgramEmbedding layer;
  layer.chars = spec.Role("char_ids");
  layer.mask = spec.Role("mask");
  spec.ExpectType(layer.chars, {DataType::kInt32});
  spec.ExpectType(layer.mask, {DataType::kFloat});
  layer.bias = FloatWeight(spec, "bias", {-1});
  const int64_t d = layer.bias.size();
  layer.char_table = FloatWeight(spec, "char_embeddings", {-1, d});
  layer.word_vectors = FloatWeight(spec, "word_vectors", {-1, -1});
  layer.pair_vectors = FloatWeight(spec, "bigram_embeddings", {-1, -1});
  layer.width = kLongest * layer.word_vectors.shape()[1] + model::kNgramFlagCount + 2 * layer.pair_vectors.shape()[1];
  const Tensor kernel = FloatWeight(spec, "kernel", {layer.width, d});
  absl::Status status;
  layer.words = TableOf(spec, "word_keys", "word_ids", layer.word_vectors.shape()[0], &status);
  layer.pairs = TableOf(spec, "bigram_keys", "bigram_ids", layer.pair_vectors.shape()[0], &status);
  if (!spec.status().ok()) return spec.status();
  TIQU_RETURN_IF_ERROR(status);
  if (layer.char_table.shape()[0] <= kUnknownChar || layer.pair_vectors.shape()[0] < 1) {
    return absl::InvalidArgumentError("char_embeddings or bigram_embeddings has too few rows");
  }
  layer.kernel = PackWeights(spec, kernel);
  return InstanceOf(std::move(layer));
}

}  // namespace tiqu::engine
