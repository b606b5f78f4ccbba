#include "train/layers/mix_embedding.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "engine/kernels/gemm.h"
#include "train/layers/packing.h"
#include "train/layers/vector_ops.h"

namespace tiqu::train {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// The distinct words of a batch that have a vector (ids 0 and 1 have none).
struct DistinctWords {
  std::vector<int32_t> ids;   // in order of appearance
  std::vector<int32_t> slot;  // [rows]: index in ids, -1: none
};

DistinctWords FindDistinctWords(const std::vector<int32_t>& words) {
  DistinctWords distinct;
  distinct.slot.assign(words.size(), -1);
  std::unordered_map<int32_t, int32_t> slots;
  for (size_t t = 0; t < words.size(); ++t) {
    if (words[t] <= 1) continue;
    if (t > 0 && words[t] == words[t - 1]) {
      distinct.slot[t] = distinct.slot[t - 1];
      continue;
    }
    const auto [it, added] = slots.try_emplace(words[t], static_cast<int32_t>(distinct.ids.size()));
    if (added) distinct.ids.push_back(words[t]);
    distinct.slot[t] = it->second;
  }
  return distinct;
}

// [words, word_dim]
Tensor GatherVectors(const Tensor& table, const std::vector<int32_t>& ids) {
  const int64_t dim = table.size(1);
  Tensor rows = torch::empty({static_cast<int64_t>(ids.size()), dim});
  float* out = rows.data_ptr<float>();
  const float* vectors = table.data_ptr<float>();
  for (const int32_t id : ids) {
    std::memcpy(out, vectors + id * dim, static_cast<size_t>(dim) * sizeof(float));
    out += dim;
  }
  return rows;
}

struct EmbeddingFunction : public torch::autograd::Function<EmbeddingFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& chars, const Tensor& projection,
                        const Tensor& positions, const Tensor& vectors, int64_t ids_address, double dropout,
                        int64_t key) {
    const auto& ids = *reinterpret_cast<const EmbeddingIds*>(ids_address);
    const int64_t d = chars.size(1);
    DistinctWords distinct;
    Tensor gathered;
    Tensor projected;
    if (vectors.numel() > 0) {
      distinct = FindDistinctWords(ids.words);
      gathered = GatherVectors(vectors, distinct.ids);
      projected = torch::empty({gathered.size(0), d});
      kernels::Gemm({.m = gathered.size(0), .n = d, .k = gathered.size(1)}, 1.0F, gathered.data_ptr<float>(),
                    gathered.size(1), projection.data_ptr<float>(), d, 0.0F, projected.data_ptr<float>(), d);
    } else {
      distinct.slot.assign(ids.words.size(), -1);
    }
    Tensor slots = torch::empty({static_cast<int64_t>(distinct.slot.size())}, torch::kInt32);
    std::copy(distinct.slot.begin(), distinct.slot.end(), slots.data_ptr<int32_t>());
    context->save_for_backward({chars, projection, positions, gathered, slots});
    context->saved_data["ids"] = ids_address;
    context->saved_data["dropout"] = dropout;
    context->saved_data["key"] = key;
    Tensor out = Sum(chars, projected, positions, ids, distinct.slot);
    ApplyDropout(dropout, key, &out);
    return out;
  }

  static Tensor Sum(const Tensor& chars, const Tensor& projected, const Tensor& positions, const EmbeddingIds& ids,
                    const std::vector<int32_t>& slot) {
    const int64_t d = chars.size(1);
    const auto rows = static_cast<int64_t>(ids.chars.size());
    Tensor out = torch::empty({rows, d});
    float* y = out.data_ptr<float>();
    for (size_t t = 0; t < ids.chars.size(); ++t, y += d) {
      std::memcpy(y, chars.data_ptr<float>() + ids.chars[t] * d, static_cast<size_t>(d) * sizeof(float));
      if (slot[t] >= 0) AddTo(d, projected.data_ptr<float>() + slot[t] * d, y);
      if (ids.positions[t] >= 0) AddTo(d, positions.data_ptr<float>() + ids.positions[t] * d, y);
    }
    return out;
  }

  static void ApplyDropout(double dropout, int64_t key, Tensor* x) {
    if (dropout <= 0.0) return;
    const int64_t d = x->size(1);
    std::vector<float> scale(static_cast<size_t>(kChunkRows * d));
    for (int64_t row = 0; row < x->size(0); row += kChunkRows) {
      const int64_t count = std::min(kChunkRows, x->size(0) - row) * d;
      FillDropoutScale(DropoutKey{static_cast<uint64_t>(key)}.At(static_cast<uint64_t>(row)),
                       static_cast<float>(dropout), count, scale.data());
      float* chunk = x->data_ptr<float>() + row * d;
      Multiply(count, chunk, scale.data(), chunk);
    }
  }

  static variable_list backward(AutogradContext* context, const variable_list& d_outs) {
    const variable_list saved = context->get_saved_variables();
    const auto& ids = *reinterpret_cast<const EmbeddingIds*>(context->saved_data["ids"].toInt());
    const int64_t d = saved[0].size(1);
    const Tensor& gathered = saved[3];
    const int32_t* slot = saved[4].data_ptr<int32_t>();
    Tensor d_out = d_outs[0].clone();
    ApplyDropout(context->saved_data["dropout"].toDouble(), context->saved_data["key"].toInt(), &d_out);
    Tensor d_chars = torch::zeros_like(saved[0]);
    Tensor d_projection = torch::zeros_like(saved[1]);
    Tensor d_positions = torch::zeros_like(saved[2]);
    Tensor d_projected = gathered.defined() ? torch::zeros({gathered.size(0), d}) : Tensor();
    const float* dy = d_out.data_ptr<float>();
    for (size_t t = 0; t < ids.chars.size(); ++t, dy += d) {
      AddTo(d, dy, d_chars.data_ptr<float>() + ids.chars[t] * d);
      if (slot[t] >= 0) AddTo(d, dy, d_projected.data_ptr<float>() + slot[t] * d);
      if (ids.positions[t] >= 0) AddTo(d, dy, d_positions.data_ptr<float>() + ids.positions[t] * d);
    }
    if (gathered.defined()) {
      kernels::Gemm({.m = gathered.size(1), .n = d, .k = gathered.size(0), .transpose_a = true}, 1.0F,
                    gathered.data_ptr<float>(), gathered.size(1), d_projected.data_ptr<float>(), d, 0.0F,
                    d_projection.data_ptr<float>(), d);
    }
    return {d_chars, d_projection, d_positions, Tensor(), Tensor(), Tensor(), Tensor()};
  }
};

}  // namespace

Tensor MixEmbedding(const EmbeddingTables& tables, const EmbeddingIds& ids, float dropout, DropoutKey key) {
  // Functions take no undefined tensors.
  const Tensor vectors = tables.word_vectors.defined() ? tables.word_vectors : torch::empty({0});
  return EmbeddingFunction::apply(tables.char_embeddings, tables.word_projection, tables.position_embeddings, vectors,
                                  reinterpret_cast<int64_t>(&ids), static_cast<double>(dropout),
                                  static_cast<int64_t>(key.key));
}

}  // namespace tiqu::train
