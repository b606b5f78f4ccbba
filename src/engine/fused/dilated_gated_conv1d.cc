// h = Conv1D(x * m) + b, out = (x (1 - s) + u s) * m with h = [u | g], s = sigmoid(g).
//
// Rows go through in blocks: the three taps are gathered side by side, one product gives h, the gate writes the output
// while h is still in cache. Products of floats mostly take a way with half of the multiplications (minimal_conv1d.h).
#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/fused/layer.h"
#include "engine/fused/minimal_conv1d.h"
#include "engine/kernels/gate.h"

namespace tiqu::engine {
namespace {

struct DilatedGatedConv1D {
  int input, mask;
  int64_t rate;
  Tensor bias;                                          // [2d]
  std::shared_ptr<const kernels::PackedMatrix> kernel;  // [3d, 2d]
  std::optional<MinimalConv1D> minimal;                 // of floats

  absl::Status Run(OpContext& context) const {
    const Tensor &x = context.input(input), &m = context.input(mask);
    const int64_t d = bias.size() / 2;
    TIQU_RETURN_IF_ERROR(ExpectShape("input", x, {-1, -1, d}));
    const int64_t batch = x.shape()[0], length = x.shape()[1];
    TIQU_RETURN_IF_ERROR(ExpectShape("mask", m, {batch, length}));
    TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, DataType::kFloat, x.shape()));
    TIQU_ASSIGN_OR_RETURN(Tensor taps, NewTensor(DataType::kFloat, {kBlockRows, 3 * d}));
    TIQU_ASSIGN_OR_RETURN(Tensor h, NewTensor(DataType::kFloat, {kBlockRows, 2 * d}));
    TIQU_ASSIGN_OR_RETURN(Tensor scratch, NewTensor(DataType::kFloat, {minimal ? minimal->scratch_floats() : 0}));
    const auto gate = [this](const ConvSequence& sequence, int64_t t, int64_t rows, const float* part) {
      Gate(sequence, t, rows, part);
    };
    std::optional<MinimalConv1D::Run> run;
    if (minimal) run.emplace(*minimal, scratch.data<float>(), gate);
    for (int64_t b = 0; b < batch; ++b) {
      const float* mask_row = m.data<float>() + b * length;
      float* to = out->data<float>() + b * length * d;
      const ConvSequence sequence{x.data<float>() + b * length * d, mask_row, UsedLength(mask_row, length), to};
      if (run && minimal->Pays(sequence)) {
        run->Add(sequence);
      } else {
        for (int64_t t = 0; t < sequence.used; t += kBlockRows) {
          const int64_t rows = std::min(kBlockRows, sequence.used - t);
          Convolve(sequence, t, rows, taps.data<float>(), h.data<float>());
          Gate(sequence, t, rows, h.data<float>());
        }
      }
      std::fill(to + sequence.used * d, to + length * d, 0.0F);
    }
    if (run) run->Finish();
    return absl::OkStatus();
  }

 private:
  void Convolve(const ConvSequence& sequence, int64_t t, int64_t rows, float* taps, float* h) const {
    const int64_t d = bias.size() / 2;
    for (int64_t row = 0; row < rows; ++row) {
      for (int64_t tap = 0; tap < 3; ++tap) {
        CopyTap(sequence, t + row + (tap - 1) * rate, d, taps + row * 3 * d + tap * d);
      }
    }
    kernel->Multiply(rows, taps, 3 * d, kernels::Into::kOverwrite, h, 2 * d);
  }

  void Gate(const ConvSequence& sequence, int64_t t, int64_t rows, const float* h) const {
    const int64_t d = bias.size() / 2;
    kernels::GateForward(rows, d, h, bias.data<float>(), sequence.x + t * d, sequence.mask + t, nullptr,
                         sequence.out + t * d);
  }

  static void CopyTap(const ConvSequence& sequence, int64_t t, int64_t d, float* to) {
    const float weight = t < 0 || t >= sequence.used ? 0.0F : sequence.mask[t];
    if (weight == 0.0F) {
      std::fill_n(to, d, 0.0F);
    } else if (weight == 1.0F) {
      std::copy_n(sequence.x + t * d, d, to);
    } else {
      for (int64_t i = 0; i < d; ++i) to[i] = sequence.x[t * d + i] * weight;
    }
  }
};

}  // namespace

absl::StatusOr<OpInstance> MakeDilatedGatedConv1D(const NodeSpec& spec) {
  DilatedGatedConv1D layer{spec.Role("input"), spec.Role("mask"), spec.Int("_tiqu_rate", 0), {}, nullptr, {}};
  if (layer.rate < 1 || layer.rate > (int64_t{1} << 40)) {
    return absl::InvalidArgumentError(absl::StrCat("rate is ", layer.rate));
  }
  spec.ExpectType(layer.input, {DataType::kFloat});
  spec.ExpectType(layer.mask, {DataType::kFloat});
  const Tensor kernel = FloatWeight(spec, "kernel", {3, -1, -1});
  layer.bias = FloatWeight(spec, "bias", {-1});
  const int64_t d = kernel.shape()[1];
  if (!spec.status().ok()) return spec.status();
  if ((kernel.shape()[2] != 2 * d || layer.bias.size() != 2 * d)) {
    return absl::InvalidArgumentError(absl::StrCat("kernel has shape ", ShapeToString(kernel.shape()), " and bias ",
                                                   ShapeToString(layer.bias.shape())));
  }
  layer.kernel = PackWeights(spec, kernel);
  if (MinimalConv1D::Serves(spec.load().precision)) layer.minimal.emplace(&spec.load(), kernel, layer.rate);
  return InstanceOf(std::move(layer));
}

}  // namespace tiqu::engine
