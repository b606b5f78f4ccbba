// ([H; C; H * C; H * h~; F] K + b) * mp with K = [K1; K2; K3; K4; K5].
//
// H K1 + (H * h~) K4 = H (K1 + diag(h~) K4): a fifth of the work becomes one small matrix a sequence. Where C is made
// for this layer alone (the fuser saw to that, and gave S' and U instead), C = A U with A = softmax(S'), and another
// fifth becomes as small: C K2 = A (U K2). The rest goes through in blocks of rows [H * C; F], or [C; H * C; F].
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/fused/attention_weights.h"
#include "engine/fused/layer.h"
#include "engine/kernels/arithmetic.h"
#include "engine/kernels/gemm.h"

namespace tiqu::engine {
namespace {

struct MergedContext {
  int passage, c2q, similarity, question, q2c, features, mask;  // c2q, or similarity and question
  int64_t d, width;                                             // of a passage row, of a feature row
  Tensor of_passage, of_cross;                                  // K1 and K4: [d, n]
  std::shared_ptr<const kernels::PackedMatrix> of_c2q;          // K2: [d, n], where this layer makes C
  std::shared_ptr<const kernels::PackedMatrix> of_rest;         // [K3; K5], or [K2; K3; K5]: [depth, n]
  Tensor bias;                                                  // [n]
  Precision precision;

  absl::Status Run(OpContext& context) const {
    const Tensor& h = context.input(passage);
    TIQU_RETURN_IF_ERROR(ExpectShape("passage", h, {-1, -1, d}));
    const int64_t batch = h.shape()[0], length = h.shape()[1], n = bias.size();
    TIQU_RETURN_IF_ERROR(ExpectAttention(context, h.shape()));
    TIQU_RETURN_IF_ERROR(ExpectShape("q2c", context.input(q2c), {batch, 1, d}));
    TIQU_RETURN_IF_ERROR(ExpectShape("features", context.input(features), {batch, length, width}));
    TIQU_RETURN_IF_ERROR(ExpectShape("mask", context.input(mask), {batch, length}));
    TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, DataType::kFloat, {batch, length, n}));
    const int64_t columns = attends() ? context.input(question).shape()[1] : 0;
    Scratch scratch;
    TIQU_ASSIGN_OR_RETURN(scratch.folded, NewTensor(DataType::kFloat, {d, n}));
    TIQU_ASSIGN_OR_RETURN(scratch.joined, NewTensor(DataType::kFloat, {kBlockRows, depth()}));
    TIQU_ASSIGN_OR_RETURN(scratch.mixed_question, NewTensor(DataType::kFloat, {columns, n}));
    TIQU_ASSIGN_OR_RETURN(scratch.weights, NewTensor(DataType::kFloat, {attends() ? kBlockRows : 0, columns}));
    TIQU_ASSIGN_OR_RETURN(scratch.c, NewTensor(DataType::kFloat, {attends() ? kBlockRows : 0, d}));
    for (int64_t b = 0; b < batch; ++b) {
      Sequence sequence = SequenceAt(context, b, length, columns);
      FoldCross(context.input(q2c).data<float>() + b * d, scratch.folded.data<float>());
      sequence.folded = &kernels::PackForThread(FoldedPrecision(sequence), d, n, scratch.folded.data<float>());
      if (attends()) {
        of_c2q->Multiply(columns, sequence.u, d, kernels::Into::kOverwrite, scratch.mixed_question.data<float>(), n);
      }
      float* to = out->data<float>() + b * length * n;
      for (int64_t t = 0; t < sequence.used; t += kBlockRows) {
        const int64_t rows = std::min(kBlockRows, sequence.used - t);
        RunBlock(sequence, t, rows, &scratch, to + t * n);
      }
      std::fill(to + sequence.used * n, to + length * n, 0.0F);
    }
    return absl::OkStatus();
  }

 private:
  struct Sequence {
    const float *h, *f, *mask;
    int64_t used;
    const float* c;                                   // null where this layer makes it
    const float *similarity = nullptr, *u = nullptr;  // null where it is made
    int64_t columns = 0, used_columns = 0;
    const kernels::PackedMatrix* folded = nullptr;
  };
  struct Scratch {
    Tensor folded;          // K1 + diag(h~) K4: [d, n]
    Tensor joined;          // [kBlockRows, depth]
    Tensor mixed_question;  // U K2: [columns, n]
    Tensor weights;         // A of a block: [kBlockRows, columns]
    Tensor c;               // of a block: [kBlockRows, d]
  };

  bool attends() const { return of_c2q != nullptr; }
  int64_t depth() const { return (attends() ? 1 : 2) * d + width; }

  absl::Status ExpectAttention(const OpContext& context, const Shape& h) const {
    if (!attends()) return ExpectShape("c2q", context.input(c2q), h);
    TIQU_RETURN_IF_ERROR(ExpectShape("question", context.input(question), {h[0], -1, d}));
    return ExpectShape("similarity", context.input(similarity), {h[0], h[1], context.input(question).shape()[1]});
  }

  Sequence SequenceAt(const OpContext& context, int64_t b, int64_t length, int64_t columns) const {
    const float* mask_row = context.input(mask).data<float>() + b * length;
    Sequence sequence{context.input(passage).data<float>() + b * length * d,
                      context.input(features).data<float>() + b * length * width, mask_row,
                      UsedLength(mask_row, length), nullptr};
    if (!attends()) {
      sequence.c = context.input(c2q).data<float>() + b * length * d;
      return sequence;
    }
    sequence.similarity = context.input(similarity).data<float>() + b * length * columns;
    sequence.u = context.input(question).data<float>() + b * columns * d;
    sequence.columns = columns;
    sequence.used_columns = sequence.used > 0 ? UsedColumns(sequence.similarity, columns) : 0;
    return sequence;
  }

  void FoldCross(const float* cross, float* folded) const {
    const int64_t n = bias.size();
    for (int64_t i = 0; i < d; ++i) {
      const float *own = of_passage.data<float>() + i * n, *crossed = of_cross.data<float>() + i * n;
      for (int64_t j = 0; j < n; ++j) folded[i * n + j] = own[j] + cross[i] * crossed[j];
    }
  }

  // Packing a matrix for one sequence pays where it has enough rows and the products are faster than those of floats.
  Precision FoldedPrecision(const Sequence& sequence) const {
    constexpr int64_t kFewestRows = 64;
    const bool faster = precision == Precision::kInt8 || kernels::MultipliesBfloat16();
    return faster && sequence.used >= kFewestRows ? precision : Precision::kFloat32;
  }

  // C of a block into the scratch, C K2 into `out`.
  void Attend(const Sequence& s, int64_t t, int64_t rows, Scratch* scratch, float* out) const {
    const int64_t n = bias.size(), used = s.used_columns;
    float* weights = scratch->weights.data<float>();
    AttentionWeights(s.similarity + t * s.columns, rows, s.columns, used, weights);
    kernels::Gemm({rows, d, used}, 1.0F, weights, used, s.u, d, 0.0F, scratch->c.data<float>(), d);
    kernels::Gemm({rows, n, used}, 1.0F, weights, used, scratch->mixed_question.data<float>(), n, 0.0F, out, n);
  }

  void RunBlock(const Sequence& s, int64_t t, int64_t rows, Scratch* scratch, float* out) const {
    const int64_t n = bias.size();
    if (attends()) Attend(s, t, rows, scratch, out);
    Join(s, t, rows, attends() ? scratch->c.data<float>() : s.c + t * d, scratch->joined.data<float>());
    s.folded->Multiply(rows, s.h + t * d, d, attends() ? kernels::Into::kAdd : kernels::Into::kOverwrite, out, n);
    of_rest->Multiply(rows, scratch->joined.data<float>(), depth(), kernels::Into::kAdd, out, n);
    kernels::AddBiasAndScale(rows, n, bias.data<float>(), s.mask + t, out);
  }

  // Rows of what is multiplied with of_rest.
  void Join(const Sequence& s, int64_t t, int64_t rows, const float* c, float* to) const {
    for (int64_t row = 0; row < rows; ++row, c += d) {
      const float* h = s.h + (t + row) * d;
      if (!attends()) to = std::copy_n(c, d, to);
      kernels::MulVectors(d, h, c, to);
      to = std::copy_n(s.f + (t + row) * width, width, to + d);
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
  layer.similarity = spec.Role("similarity");
  layer.question = spec.Role("question");
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
  const bool makes_c = layer.c2q < 0;
  layer.of_passage = Tensor(DataType::kFloat, {d, n});
  layer.of_cross = Tensor(DataType::kFloat, {d, n});
  Tensor of_c2q(DataType::kFloat, {d, n}), of_rest(DataType::kFloat, {(makes_c ? 1 : 2) * d + layer.width, n});
  float *of_passage = layer.of_passage.data<float>(), *of_cross = layer.of_cross.data<float>();
  float *to_c2q = of_c2q.data<float>(), *to_rest = of_rest.data<float>();
  AppendRows(kernel, 0, d, &of_passage);
  AppendRows(kernel, d, d, makes_c ? &to_c2q : &to_rest);
  AppendRows(kernel, 2 * d, d, &to_rest);
  AppendRows(kernel, 3 * d, d, &of_cross);
  AppendRows(kernel, 4 * d, layer.width, &to_rest);
  if (makes_c) layer.of_c2q = PackWeights(spec, of_c2q);
  layer.of_rest = PackWeights(spec, of_rest);
  layer.precision = spec.load().precision;
  return InstanceOf(std::move(layer));
}

}  // namespace tiqu::engine
