// ([H; C; H * C; H * h~; F] K + b) * mp with K = [K1; K2; K3; K4; K5].
//
// H K1 + (H * h~) K4 = H (K1 + diag(h~) K4): a fifth of the work becomes one small matrix a sequence. The rest goes
// through in blocks of rows [C; H * C; F].
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/fused/layer.h"
#include "engine/kernels/gemm.h"

namespace tiqu::engine {
namespace {

struct MergedContext {
  int passage, c2q, q2c, features, mask;
  int64_t d, width;                                      // of a passage row, of a feature row
  Tensor of_passage, of_cross;                           // K1 and K4: [d, n]
  std::shared_ptr<const kernels::PackedMatrix> of_rest;  // [K2; K3; K5]: [2d + width, n]
  Tensor bias;                                           // [n]

  absl::Status Run(OpContext& context) const {
    const Tensor& h = context.input(passage);
    TIQU_RETURN_IF_ERROR(ExpectShape("passage", h, {-1, -1, d}));
    const int64_t batch = h.shape()[0], length = h.shape()[1], n = bias.size();
    TIQU_RETURN_IF_ERROR(ExpectShape("c2q", context.input(c2q), h.shape()));
    TIQU_RETURN_IF_ERROR(ExpectShape("q2c", context.input(q2c), {batch, 1, d}));
    TIQU_RETURN_IF_ERROR(ExpectShape("features", context.input(features), {batch, length, width}));
    TIQU_RETURN_IF_ERROR(ExpectShape("mask", context.input(mask), {batch, length}));
    TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, DataType::kFloat, {batch, length, n}));
    TIQU_ASSIGN_OR_RETURN(Tensor folded, NewTensor(DataType::kFloat, {d, n}));
    TIQU_ASSIGN_OR_RETURN(Tensor joined, NewTensor(DataType::kFloat, {kBlockRows, 2 * d + width}));
    for (int64_t b = 0; b < batch; ++b) {
      const Sequence sequence = SequenceAt(context, b, length);
      FoldCross(context.input(q2c).data<float>() + b * d, folded.data<float>());
      float* to = out->data<float>() + b * length * n;
      for (int64_t t = 0; t < sequence.used; t += kBlockRows) {
        const int64_t rows = std::min(kBlockRows, sequence.used - t);
        RunBlock(sequence, t, rows, folded.data<float>(), joined.data<float>(), to + t * n);
      }
      std::fill(to + sequence.used * n, to + length * n, 0.0F);
    }
    return absl::OkStatus();
  }

 private:
  struct Sequence {
    const float *h, *c, *f, *mask;
    int64_t used;
  };

  Sequence SequenceAt(const OpContext& context, int64_t b, int64_t length) const {
    const float* mask_row = context.input(mask).data<float>() + b * length;
    return {context.input(passage).data<float>() + b * length * d, context.input(c2q).data<float>() + b * length * d,
            context.input(features).data<float>() + b * length * width, mask_row, UsedLength(mask_row, length)};
  }

  void FoldCross(const float* cross, float* folded) const {
    const int64_t n = bias.size();
    for (int64_t i = 0; i < d; ++i) {
      const float *own = of_passage.data<float>() + i * n, *crossed = of_cross.data<float>() + i * n;
      for (int64_t j = 0; j < n; ++j) folded[i * n + j] = own[j] + cross[i] * crossed[j];
    }
  }

  void RunBlock(const Sequence& s, int64_t t, int64_t rows, const float* folded, float* joined, float* out) const {
    const int64_t n = bias.size(), depth = 2 * d + width;
    for (int64_t row = 0; row < rows; ++row) {
      const float *h = s.h + (t + row) * d, *c = s.c + (t + row) * d;
      float* to = joined + row * depth;
      std::copy_n(c, d, to);
      for (int64_t i = 0; i < d; ++i) to[d + i] = h[i] * c[i];
      std::copy_n(s.f + (t + row) * width, width, to + 2 * d);
    }
    kernels::Gemm({rows, n, d}, 1.0F, s.h + t * d, d, folded, n, 0.0F, out, n);
    of_rest->Multiply(rows, joined, depth, kernels::Into::kAdd, out, n);
    for (int64_t row = 0; row < rows; ++row, out += n) {
      const float weight = s.mask[t + row];
      for (int64_t j = 0; j < n; ++j) out[j] = (out[j] + bias.data<float>()[j]) * weight;
    }
  }
};

// Rows [begin, begin + rows) of a matrix, behind what `to` has already.
void AppendRows(const Tensor& matrix, int64_t begin, int64_t rows, float** to) {
  const int64_t n = matrix.shape()[1];
  *to = std::copy_n(matrix.data<float>() + begin * n, rows * n, *to);
}

}  // namespace

absl::StatusOr<OpInstance> MakeMergedContext(const NodeSpec& spec) {
  MergedContext layer{};
  layer.passage = spec.Role("passage");
  layer.c2q = spec.Role("c2q");
  layer.q2c = spec.Role("q2c");
  layer.features = spec.Role("features");
  layer.mask = spec.Role("mask");
  for (int i = 0; i < spec.input_count(); ++i) spec.ExpectType(i, {DataType::kFloat});
  layer.bias = FloatWeight(spec, "bias", {-1});
  const int64_t n = layer.bias.size();
  const Tensor kernel = FloatWeight(spec, "kernel", {-1, n});
  if (!spec.status().ok()) return spec.status();
  // The output is as wide as the passage; what is left of the kernel's rows is for the features.
  layer.d = n;
  layer.width = kernel.shape()[0] - 4 * layer.d;
  if (layer.width < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("kernel has shape ", ShapeToString(kernel.shape()), " for a width of ", layer.d));
  }
  const int64_t d = layer.d;
  layer.of_passage = Tensor(DataType::kFloat, {d, n});
  layer.of_cross = Tensor(DataType::kFloat, {d, n});
  Tensor of_rest(DataType::kFloat, {2 * d + layer.width, n});
  float *of_passage = layer.of_passage.data<float>(), *of_cross = layer.of_cross.data<float>();
  float* to_rest = of_rest.data<float>();
  AppendRows(kernel, 0, d, &of_passage);
  AppendRows(kernel, d, 2 * d, &to_rest);
  AppendRows(kernel, 3 * d, d, &of_cross);
  AppendRows(kernel, 4 * d, layer.width, &to_rest);
  layer.of_rest = PackWeights(spec, of_rest);
  return InstanceOf(std::move(layer));
}

}  // namespace tiqu::engine
