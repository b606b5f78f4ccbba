// h = Conv1D(x * m) + b, out = (x (1 - s) + u s) * m with h = [u | g], s = sigmoid(g).
//
// Rows go through in blocks: the three taps are gathered side by side, one product gives h, the gate writes the output
// while h is still in cache. Most sequences take a way with half of the multiplications (minimal_conv1d.h).
#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/fused/layer.h"
#include "engine/fused/minimal_conv1d.h"
#include "engine/kernels/gate.h"

namespace tiqu::engine {
namespace {

// Rows of the plain convolution, gathered from one sequence after the other: the product with the rows of a short one
// alone would make less work than reading the weights.
class PlainRun {
 public:
  using Sink = MinimalConv1D::Sink;

  // `taps`: room for kBlockRows rows of 3d, `h`: of 2d. They, `kernel` and what `sink` refers to must outlive this.
  PlainRun(const kernels::PackedMatrix& kernel, int64_t d, int64_t rate, float* taps, float* h, Sink sink)
      : kernel_(kernel), d_(d), rate_(rate), taps_(taps), h_(h), sink_(sink) {}

  void Add(const ConvSequence& sequence) {
    for (int64_t t = 0; t < sequence.used;) {
      const int64_t end = std::min(t + kBlockRows - rows_, sequence.used);
      parts_[part_count_++] = {sequence, t, end};
      for (; t < end; ++t, ++rows_) {
        for (int64_t tap = 0; tap < 3; ++tap) CopyTap(sequence, t + (tap - 1) * rate_, taps_ + (rows_ * 3 + tap) * d_);
      }
      if (rows_ == kBlockRows) Multiply();
    }
  }

  void Finish() {
    if (rows_ > 0) Multiply();
  }

 private:
  struct Part {
    ConvSequence sequence;
    int64_t begin, end;
  };

  void CopyTap(const ConvSequence& sequence, int64_t t, float* to) const {
    const float weight = t < 0 || t >= sequence.used ? 0.0F : sequence.mask[t];
    if (weight == 0.0F) {
      std::fill_n(to, d_, 0.0F);
    } else if (weight == 1.0F) {
      std::copy_n(sequence.x + t * d_, d_, to);
    } else {
      for (int64_t i = 0; i < d_; ++i) to[i] = sequence.x[t * d_ + i] * weight;
    }
  }

  void Multiply() {
    kernel_.Multiply(rows_, taps_, 3 * d_, kernels::Into::kOverwrite, h_, 2 * d_);
    const float* h = h_;
    for (const Part& part : std::span(parts_).first(part_count_)) {
      sink_(part.sequence, part.begin, part.end - part.begin, h);
      h += (part.end - part.begin) * 2 * d_;
    }
    part_count_ = 0;
    rows_ = 0;
  }

  const kernels::PackedMatrix& kernel_;
  const int64_t d_, rate_;
  float *const taps_, *const h_;
  const Sink sink_;
  std::array<Part, kBlockRows> parts_;
  size_t part_count_ = 0;
  int64_t rows_ = 0;  // of all parts
};

struct DilatedGatedConv1D {
  int input, mask;
  int64_t rate;
  Tensor bias;                                          // [2d]
  std::shared_ptr<const kernels::PackedMatrix> kernel;  // [3d, 2d]
  MinimalConv1D minimal;
  Precision precision;

  // Weights are told apart by where they are: those of one variable are read once (packed_weights.h).
  std::string Kind() const {
    return absl::StrCat("DilatedGatedConv1D ", reinterpret_cast<uintptr_t>(kernel.get()), " ",
                        reinterpret_cast<uintptr_t>(bias.data<float>()), " ", rate, " ", input, " ", mask);
  }

  // Nodes that go together are as one batch.
  absl::Status Run(std::span<OpContext> nodes) const {
    const int64_t d = bias.size() / 2;
    TIQU_ASSIGN_OR_RETURN(Tensor taps, NewTensor(DataType::kFloat, {kBlockRows, 3 * d}));
    TIQU_ASSIGN_OR_RETURN(Tensor h, NewTensor(DataType::kFloat, {kBlockRows, 2 * d}));
    TIQU_ASSIGN_OR_RETURN(Tensor scratch, NewTensor(DataType::kFloat, {minimal.scratch_floats()}));
    const auto gate = [this](const ConvSequence& sequence, int64_t t, int64_t rows, const float* part) {
      Gate(sequence, t, rows, part);
    };
    const kernels::ProductScope scope(precision);
    PlainRun plain_run(*kernel, d, rate, taps.data<float>(), h.data<float>(), gate);
    MinimalConv1D::Run minimal_run(minimal, scratch.data<float>(), gate);
    for (OpContext& node : nodes) TIQU_RETURN_IF_ERROR(Add(node, &plain_run, &minimal_run));
    plain_run.Finish();
    minimal_run.Finish();
    return absl::OkStatus();
  }

 private:
  absl::Status Add(OpContext& node, PlainRun* plain_run, MinimalConv1D::Run* minimal_run) const {
    const Tensor &x = node.input(input), &m = node.input(mask);
    const int64_t d = bias.size() / 2;
    TIQU_RETURN_IF_ERROR(ExpectShape("input", x, {-1, -1, d}));
    const int64_t batch = x.shape()[0], length = x.shape()[1];
    TIQU_RETURN_IF_ERROR(ExpectShape("mask", m, {batch, length}));
    TIQU_ASSIGN_OR_RETURN(Tensor * out, node.Allocate(0, DataType::kFloat, x.shape()));
    for (int64_t b = 0; b < batch; ++b) {
      const float* mask_row = m.data<float>() + b * length;
      float* to = out->data<float>() + b * length * d;
      const ConvSequence sequence{x.data<float>() + b * length * d, mask_row, UsedLength(mask_row, length), to};
      if (minimal.Pays(sequence)) {
        minimal_run->Add(sequence);
      } else {
        plain_run->Add(sequence);
      }
      std::fill(to + sequence.used * d, to + length * d, 0.0F);
    }
    return absl::OkStatus();
  }

  void Gate(const ConvSequence& sequence, int64_t t, int64_t rows, const float* h) const {
    const int64_t d = bias.size() / 2;
    kernels::GateForward(rows, d, h, bias.data<float>(), sequence.x + t * d, sequence.mask + t, nullptr,
                         sequence.out + t * d);
  }
};

}  // namespace

absl::StatusOr<OpInstance> MakeDilatedGatedConv1D(const NodeSpec& spec) {
  const int input = spec.Role("input"), mask = spec.Role("mask");
  const int64_t rate = spec.Int("_tiqu_rate", 0);
  if (rate < 1 || rate > (int64_t{1} << 40)) return absl::InvalidArgumentError(absl::StrCat("rate is ", rate));
  spec.ExpectType(input, {DataType::kFloat});
  spec.ExpectType(mask, {DataType::kFloat});
  const Tensor kernel = FloatWeight(spec, "kernel", {3, -1, -1}), bias = FloatWeight(spec, "bias", {-1});
  const int64_t d = kernel.shape()[1];
  if (!spec.status().ok()) return spec.status();
  if ((kernel.shape()[2] != 2 * d || bias.size() != 2 * d)) {
    return absl::InvalidArgumentError(
        absl::StrCat("kernel has shape ", ShapeToString(kernel.shape()), " and bias ", ShapeToString(bias.shape())));
  }
  const auto shared = std::make_shared<const DilatedGatedConv1D>(
      DilatedGatedConv1D{input, mask, rate, bias, PackWeights(spec, kernel), MinimalConv1D(&spec.load(), kernel, rate),
                         spec.load().precision});
  return OpInstance{.output_types = {DataType::kFloat},
                    .run =
                        [shared](OpContext& context) {
                          return shared->Run({&context, 1});
                        },
                    .kind = shared->Kind(),
                    .run_together = [shared](std::span<OpContext> nodes) { return shared->Run(nodes); }};
}

}  // namespace tiqu::engine
