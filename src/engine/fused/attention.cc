// C[i] = sum_j softmax_j(S'[i])[j] U[j];  h~ = sum_i softmax_i(max_j S'[i,j] + (mp - 1) 1e9)[i] H[i].
#include "base/status.h"
#include "engine/fused/attention_weights.h"
#include "engine/fused/layer.h"
#include "engine/kernels/arithmetic.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/gemm.h"

namespace tiqu::engine {
namespace {

struct C2QAttention {
  int similarity, question;

  absl::Status Run(OpContext& context) const {
    const Tensor &s = context.input(similarity), &u = context.input(question);
    TIQU_RETURN_IF_ERROR(ExpectShape("similarity", s, {-1, -1, -1}));
    const int64_t batch = s.shape()[0], rows = s.shape()[1], columns = s.shape()[2];
    TIQU_RETURN_IF_ERROR(ExpectShape("question", u, {batch, columns, -1}));
    const int64_t d = u.shape()[2];
    TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, DataType::kFloat, {batch, rows, d}));
    TIQU_ASSIGN_OR_RETURN(Tensor weights, NewTensor(DataType::kFloat, {rows, columns}));
    for (int64_t b = 0; b < batch && rows > 0; ++b) {
      const float* from = s.data<float>() + b * rows * columns;
      const int64_t used = UsedColumns(from, columns);
      float* a = weights.data<float>();
      AttentionWeights(from, rows, columns, used, a);
      kernels::Gemm({rows, d, used}, 1.0F, a, used, u.data<float>() + b * columns * d, d, 0.0F,
                    out->data<float>() + b * rows * d, d);
    }
    return absl::OkStatus();
  }
};

struct Q2CAttention {
  int similarity, passage, passage_mask;

  absl::Status Run(OpContext& context) const {
    const Tensor &s = context.input(similarity), &h = context.input(passage), &mask = context.input(passage_mask);
    TIQU_RETURN_IF_ERROR(ExpectShape("similarity", s, {-1, -1, -1}));
    const int64_t batch = s.shape()[0], rows = s.shape()[1], columns = s.shape()[2];
    TIQU_RETURN_IF_ERROR(ExpectShape("passage", h, {batch, rows, -1}));
    TIQU_RETURN_IF_ERROR(ExpectShape("passage_mask", mask, {batch, rows}));
    if (columns == 0) return absl::InvalidArgumentError("there is no best of no question characters");
    const int64_t d = h.shape()[2];
    TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, DataType::kFloat, {batch, 1, d}));
    TIQU_ASSIGN_OR_RETURN(Tensor scratch, NewTensor(DataType::kFloat, {rows}));
    float* weights = scratch.data<float>();
    for (int64_t b = 0; b < batch; ++b) {
      const float* mask_row = mask.data<float>() + b * rows;
      const int64_t masked = UsedLength(mask_row, rows), used = masked == 0 ? rows : masked;
      const float* from = s.data<float>() + b * rows * columns;
      kernels::MaxOfRows(used, columns, from, weights);
      for (int64_t i = 0; i < used; ++i) weights[i] += (mask_row[i] - 1.0F) * kPenalty;
      kernels::SoftmaxRows(1, used, weights, weights);
      kernels::WeightedSumOfRows(used, d, weights, h.data<float>() + b * rows * d, out->data<float>() + b * d);
    }
    return absl::OkStatus();
  }
};

void ExpectFloats(const NodeSpec& spec) {
  for (int i = 0; i < spec.input_count(); ++i) spec.ExpectType(i, {DataType::kFloat});
}

}  // namespace

absl::StatusOr<OpInstance> MakeC2QAttention(const NodeSpec& spec) {
  ExpectFloats(spec);
  return InstanceOf(C2QAttention{spec.Role("similarity"), spec.Role("question")});
}

absl::StatusOr<OpInstance> MakeQ2CAttention(const NodeSpec& spec) {
  ExpectFloats(spec);
  return InstanceOf(Q2CAttention{spec.Role("similarity"), spec.Role("passage"), spec.Role("passage_mask")});
}

}  // namespace tiqu::engine
