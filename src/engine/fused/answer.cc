// pa = softmax(relu(M K_h + b_h) K + b) * mp + [1, 0, 0] * (1 - mp)
#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/fused/layer.h"
#include "engine/kernels/arithmetic.h"
#include "engine/kernels/elementwise.h"
#include "engine/kernels/gemm.h"

namespace tiqu::engine {
namespace {

constexpr int64_t kTagLanes = 16;  // the few tags are padded to a vector, so that the product stays a fast one

struct Answer {
  int input, mask;
  int64_t tags;
  int64_t d;                                                   // of an input row
  Tensor hidden_bias;                                          // [n]
  std::shared_ptr<const kernels::PackedMatrix> hidden_kernel;  // [d, n]
  Tensor kernel, bias;                                         // [n, padded tags], [tags]

  absl::Status Run(OpContext& context) const {
    const Tensor &x = context.input(input), &m = context.input(mask);
    const int64_t n = hidden_bias.size();
    TIQU_RETURN_IF_ERROR(ExpectShape("input", x, {-1, -1, d}));
    const int64_t batch = x.shape()[0], length = x.shape()[1];
    TIQU_RETURN_IF_ERROR(ExpectShape("mask", m, {batch, length}));
    TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, DataType::kFloat, {batch, length, tags}));
    TIQU_ASSIGN_OR_RETURN(Tensor hidden, NewTensor(DataType::kFloat, {kBlockRows, n}));
    TIQU_ASSIGN_OR_RETURN(Tensor logits, NewTensor(DataType::kFloat, {kBlockRows, kernel.shape()[1]}));
    for (int64_t b = 0; b < batch; ++b) {
      const float *from = x.data<float>() + b * length * d, *mask_row = m.data<float>() + b * length;
      float* to = out->data<float>() + b * length * tags;
      const int64_t used = UsedLength(mask_row, length);
      for (int64_t t = 0; t < used; t += kBlockRows) {
        const int64_t rows = std::min(kBlockRows, used - t);
        RunBlock(from + t * d, rows, hidden.data<float>(), logits.data<float>(), to + t * tags);
      }
      for (int64_t t = 0; t < length; ++t) MaskRow(mask_row[t], to + t * tags);
    }
    return absl::OkStatus();
  }

 private:
  void RunBlock(const float* x, int64_t rows, float* hidden, float* logits, float* out) const {
    const int64_t n = hidden_bias.size(), padded = kernel.shape()[1];
    hidden_kernel->Multiply(rows, x, d, kernels::Into::kOverwrite, hidden, n);
    kernels::AddBiasRelu(rows, n, hidden_bias.data<float>(), hidden);
    kernels::Gemm({rows, padded, n}, 1.0F, hidden, n, kernel.data<float>(), padded, 0.0F, logits, padded);
    for (int64_t row = 0; row < rows; ++row) {
      for (int64_t i = 0; i < tags; ++i) out[row * tags + i] = logits[row * padded + i] + bias.data<float>()[i];
    }
    tags == 3 ? kernels::SoftmaxRowsOfThree(rows, out, out) : kernels::SoftmaxRows(rows, tags, out, out);
  }

  // Tag 0, "outside", is certain where there is nothing. Rows of no weight may hold anything before.
  void MaskRow(float weight, float* row) const {
    if (weight == 1.0F) return;
    for (int64_t i = 0; i < tags; ++i)
      row[i] = (weight == 0.0F ? 0.0F : row[i] * weight) + (i == 0 ? 1.0F - weight : 0);
  }
};

}  // namespace

absl::StatusOr<OpInstance> MakeAnswer(const NodeSpec& spec) {
  Answer layer{};
  layer.input = spec.Role("input");
  layer.mask = spec.Role("mask");
  spec.ExpectType(layer.input, {DataType::kFloat});
  spec.ExpectType(layer.mask, {DataType::kFloat});
  layer.hidden_bias = FloatWeight(spec, "hidden_bias", {-1});
  const int64_t n = layer.hidden_bias.size();
  const Tensor hidden_kernel = FloatWeight(spec, "hidden_kernel", {-1, n});
  layer.bias = FloatWeight(spec, "bias", {-1});
  layer.tags = layer.bias.size();
  const Tensor kernel = FloatWeight(spec, "kernel", {n, layer.tags});
  if (!spec.status().ok()) return spec.status();
  layer.d = hidden_kernel.shape()[0];
  layer.hidden_kernel = PackWeights(spec, hidden_kernel);
  const int64_t padded = (layer.tags + kTagLanes - 1) / kTagLanes * kTagLanes;
  layer.kernel = Tensor(DataType::kFloat, {n, padded});
  for (int64_t i = 0; i < n; ++i) {
    std::copy_n(kernel.data<float>() + i * layer.tags, layer.tags, layer.kernel.data<float>() + i * padded);
  }
  return InstanceOf(std::move(layer));
}

}  // namespace tiqu::engine
