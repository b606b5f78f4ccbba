// (E_c[c] + V[w] W_w + E_pos[clamp(pos)]) * m, one sum of three rows a character: V W_w is computed at load.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/fused/layer.h"
#include "engine/kernels/arithmetic.h"
#include "engine/kernels/gemm.h"
#include "engine/ops/index_error.h"

namespace tiqu::engine {
namespace {

// The word vectors times their projection; made once for all scopes that use the same two weights.
Tensor ProjectedWords(const NodeSpec& spec, int64_t hidden) {
  const Tensor vectors = FloatWeight(spec, "word_vectors", {-1, -1});
  const Tensor projection = FloatWeight(spec, "word_projection", {vectors.shape()[1], hidden});
  if (!spec.status().ok()) return vectors;
  const std::string key = absl::StrCat("projected words ", reinterpret_cast<uintptr_t>(vectors.data<float>()), " ",
                                       reinterpret_cast<uintptr_t>(projection.data<float>()));
  std::shared_ptr<void>& prepared = spec.load().prepared[key];
  if (prepared == nullptr) {
    Tensor table(DataType::kFloat, {vectors.shape()[0], hidden});
    kernels::Gemm({vectors.shape()[0], hidden, vectors.shape()[1]}, 1.0F, vectors.data<float>(), vectors.shape()[1],
                  projection.data<float>(), hidden, 0.0F, table.data<float>(), hidden);
    prepared = std::make_shared<Tensor>(std::move(table));
  }
  return *std::static_pointer_cast<Tensor>(prepared);
}

struct MixEmbedding {
  int chars, mask, words, positions;  // inputs; the last two are -1 when the layer has none
  Tensor char_table, word_table, position_table;

  absl::Status Run(OpContext& context) const {
    const Tensor& ids = context.input(chars);
    TIQU_RETURN_IF_ERROR(ExpectShape("char_ids", ids, {-1, -1}));
    TIQU_RETURN_IF_ERROR(ExpectShape("mask", context.input(mask), ids.shape()));
    TIQU_RETURN_IF_ERROR(CheckIndices(ids, char_table.shape()[0]));
    if (words >= 0) {
      TIQU_RETURN_IF_ERROR(ExpectShape("word_ids", context.input(words), ids.shape()));
      TIQU_RETURN_IF_ERROR(CheckIndices(context.input(words), word_table.shape()[0]));
    }
    if (positions >= 0) TIQU_RETURN_IF_ERROR(ExpectShape("position_ids", context.input(positions), ids.shape()));
    const int64_t d = char_table.shape()[1];
    TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, DataType::kFloat, {ids.shape()[0], ids.shape()[1], d}));
    for (int64_t i = 0; i < ids.size(); ++i) {
      if (i + kAhead < ids.size()) Prefetch(context, i + kAhead);
      SumRows(context, i, out->data<float>() + i * d);
    }
    return absl::OkStatus();
  }

 private:
  static constexpr int64_t kAhead = 8;  // characters: the tables' rows mostly wait in memory

  void Prefetch(const OpContext& context, int64_t i) const {
    PrefetchRow(char_table, context.input(chars).data<int32_t>()[i]);
    if (words >= 0) PrefetchRow(word_table, context.input(words).data<int32_t>()[i]);
  }

  static void PrefetchRow(const Tensor& table, int64_t row) {
    constexpr int64_t kLine = 64 / sizeof(float);
    const int64_t d = table.shape()[1];
    const float* const at = table.data<float>() + row * d;
    for (int64_t i = 0; i < d; i += kLine) __builtin_prefetch(at + i);
  }

  // Character `i` of all sequences, one after the other.
  void SumRows(const OpContext& context, int64_t i, float* out) const {
    const int64_t d = char_table.shape()[1];
    const float weight = context.input(mask).data<float>()[i];
    if (weight == 0.0F) {
      std::fill_n(out, d, 0.0F);
      return;
    }
    const float* row = char_table.data<float>() + context.input(chars).data<int32_t>()[i] * d;
    std::copy_n(row, d, out);
    if (words >= 0)
      kernels::AddVectors(d, out, word_table.data<float>() + context.input(words).data<int32_t>()[i] * d, out);
    if (positions >= 0) {
      const auto last = static_cast<int32_t>(position_table.shape()[0]) - 1;
      const int32_t position = std::clamp(context.input(positions).data<int32_t>()[i], 0, last);
      kernels::AddVectors(d, out, position_table.data<float>() + position * d, out);
    }
    if (weight != 1.0F) std::transform(out, out + d, out, [weight](float x) { return x * weight; });
  }
};

}  // namespace

absl::StatusOr<OpInstance> MakeMixEmbedding(const NodeSpec& spec) {
  MixEmbedding layer{
      spec.Role("char_ids"), spec.Role("mask"), spec.Role("word_ids"), spec.Role("position_ids"), {}, {}, {}};
  spec.ExpectType(layer.chars, {DataType::kInt32});
  spec.ExpectType(layer.mask, {DataType::kFloat});
  layer.char_table = FloatWeight(spec, "char_embeddings", {-1, -1});
  const int64_t d = layer.char_table.shape()[1];
  if (layer.words >= 0) {
    spec.ExpectType(layer.words, {DataType::kInt32});
    layer.word_table = ProjectedWords(spec, d);
  }
  if (layer.positions >= 0) {
    spec.ExpectType(layer.positions, {DataType::kInt32});
    layer.position_table = FloatWeight(spec, "position_embeddings", {-1, d});
    if (layer.position_table.shape()[0] < 1) return absl::InvalidArgumentError("position_embeddings has no rows");
  }
  return InstanceOf(std::move(layer));
}

}  // namespace tiqu::engine
