// S'[i,j] = H[i].w1 + U[j].w2 + (H[i] * w3).U[j] + (mq[j] - 1) 1e9, as H (w1 + w3 * U)^T + U.w2: one product.
//
// The right factor is laid out transposed and in whole vectors of columns: for a single column, and for few rows of a
// transposed factor, the library sums in another order, and the result would depend on the padding.
#include <algorithm>

#include "base/status.h"
#include "engine/fused/layer.h"
#include "engine/kernels/gemm.h"

namespace tiqu::engine {
namespace {

constexpr int64_t kColumnLanes = 16;

struct Similarity {
  int passage, question, question_mask;
  Tensor kernel;  // [3d, 1]: w1, w2, w3

  absl::Status Run(OpContext& context) const {
    const Tensor &h = context.input(passage), &u = context.input(question), &mask = context.input(question_mask);
    const int64_t d = kernel.size() / 3;
    TIQU_RETURN_IF_ERROR(ExpectShape("passage", h, {-1, -1, d}));
    const int64_t batch = h.shape()[0], rows = h.shape()[1];
    TIQU_RETURN_IF_ERROR(ExpectShape("question", u, {batch, -1, d}));
    const int64_t columns = u.shape()[1];
    TIQU_RETURN_IF_ERROR(ExpectShape("question_mask", mask, {batch, columns}));
    TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, DataType::kFloat, {batch, rows, columns}));
    const int64_t padded = (columns + kColumnLanes - 1) / kColumnLanes * kColumnLanes;
    TIQU_ASSIGN_OR_RETURN(Tensor mixed, NewTensor(DataType::kFloat, {d, padded}));
    TIQU_ASSIGN_OR_RETURN(Tensor offsets, NewTensor(DataType::kFloat, {columns}));
    TIQU_ASSIGN_OR_RETURN(Tensor product, NewTensor(DataType::kFloat, {rows, padded}));
    std::fill_n(mixed.data<float>(), mixed.size(), 0.0F);
    for (int64_t b = 0; b < batch; ++b) {
      MixQuestion(u.data<float>() + b * columns * d, columns, &mixed, offsets.data<float>());
      kernels::Gemm({rows, padded, d}, 1.0F, h.data<float>() + b * rows * d, d, mixed.data<float>(), padded, 0.0F,
                    product.data<float>(), padded);
      Finish(product, offsets.data<float>(), mask.data<float>() + b * columns, columns,
             out->data<float>() + b * rows * columns);
    }
    return absl::OkStatus();
  }

 private:
  // mixed[i, j] = w1[i] + w3[i] * U[j, i], offsets[j] = U[j].w2
  void MixQuestion(const float* u, int64_t columns, Tensor* mixed, float* offsets) const {
    const int64_t d = mixed->shape()[0], padded = mixed->shape()[1];
    const float *w1 = kernel.data<float>(), *w2 = w1 + d, *w3 = w2 + d;
    for (int64_t j = 0; j < columns; ++j, u += d) {
      float* to = mixed->data<float>() + j;
      double sum = 0;
      for (int64_t i = 0; i < d; ++i) {
        to[i * padded] = w1[i] + w3[i] * u[i];
        sum += double{u[i]} * w2[i];
      }
      offsets[j] = static_cast<float>(sum);
    }
  }

  static void Finish(const Tensor& product, const float* offsets, const float* mask, int64_t columns, float* s) {
    const int64_t rows = product.shape()[0], padded = product.shape()[1];
    const float* from = product.data<float>();
    for (int64_t i = 0; i < rows; ++i, from += padded, s += columns) {
      for (int64_t j = 0; j < columns; ++j) s[j] = (from[j] + offsets[j]) + (mask[j] - 1.0F) * kPenalty;
    }
  }
};

}  // namespace

absl::StatusOr<OpInstance> MakeSimilarity(const NodeSpec& spec) {
  Similarity layer{spec.Role("passage"), spec.Role("question"), spec.Role("question_mask"), {}};
  for (const int input : {layer.passage, layer.question, layer.question_mask}) {
    spec.ExpectType(input, {DataType::kFloat});
  }
  layer.kernel = FloatWeight(spec, "kernel", {-1, 1});
  if (layer.kernel.size() % 3 != 0) return absl::InvalidArgumentError("the kernel's rows are not a multiple of 3");
  return InstanceOf(std::move(layer));
}

}  // namespace tiqu::engine
