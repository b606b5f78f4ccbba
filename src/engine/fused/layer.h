// What the fused layers share.
//
// Padding never changes a result: of every sequence only the part up to its last unmasked position is computed, each
// sequence on its own.
//
// Thread safety: free functions without state.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "engine/op_registry.h"
#include "engine/packed_weights.h"
#include "tensor/tensor.h"

namespace tiqu::engine {

// Rows that pass through all steps of a layer while they are in cache: whole blocks of a product (kernels/gemm.cc).
inline constexpr int64_t kBlockRows = 96;
inline constexpr float kPenalty = 1e9F;  // what a masked position is below the others (docs/model.md)

// Positions up to the last one whose mask is not 0.
int64_t UsedLength(const float* mask, int64_t length);

// -1 in `expected` fits any size. Errors: INVALID_ARGUMENT naming role, shape and what is expected.
absl::Status ExpectShape(const char* role, const Tensor& tensor, const Shape& expected);

// A weight of a fused layer: known at load (the fuser saw to that) and float. Records what is wrong in `spec`, and then
// returns a tensor of no elements with as many axes as expected.
Tensor FloatWeight(const NodeSpec& spec, const char* role, const Shape& expected);

// One factory a layer.
absl::StatusOr<OpInstance> MakeMixEmbedding(const NodeSpec& spec);
absl::StatusOr<OpInstance> MakeNgramEmbedding(const NodeSpec& spec);
absl::StatusOr<OpInstance> MakeDilatedGatedConv1D(const NodeSpec& spec);
absl::StatusOr<OpInstance> MakeSimilarity(const NodeSpec& spec);
absl::StatusOr<OpInstance> MakeC2QAttention(const NodeSpec& spec);
absl::StatusOr<OpInstance> MakeQ2CAttention(const NodeSpec& spec);
absl::StatusOr<OpInstance> MakeMatchFeatures(const NodeSpec& spec);
absl::StatusOr<OpInstance> MakeMergedContext(const NodeSpec& spec);
absl::StatusOr<OpInstance> MakeAnswer(const NodeSpec& spec);

// The operation whose run is Layer::Run.
template <typename Layer>
OpInstance InstanceOf(Layer layer) {
  auto shared = std::make_shared<const Layer>(std::move(layer));
  return OpInstance{{DataType::kFloat}, [shared](OpContext& context) { return shared->Run(context); }};
}

}  // namespace tiqu::engine
