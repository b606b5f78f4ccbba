// Products of matrices: MatMul, BatchMatMul, BatchMatMulV2, BatchMatMulV3.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/kernels/gemm.h"
#include "engine/op_registry.h"
#include "engine/ops/register.h"
#include "engine/ops/shapes.h"
#include "engine/ops/types.h"
#include "engine/packed_weights.h"

namespace tiqu::engine {
namespace {

struct Transposes {
  bool a = false;
  bool b = false;
};

// The product's shape from the last two axes of each operand.
absl::StatusOr<kernels::GemmShape> ProductShape(const Shape& a, const Shape& b, const Transposes& transposes) {
  const size_t ra = a.size(), rb = b.size();
  kernels::GemmShape shape;
  shape.transpose_a = transposes.a;
  shape.transpose_b = transposes.b;
  shape.m = transposes.a ? a[ra - 1] : a[ra - 2];
  shape.k = transposes.a ? a[ra - 2] : a[ra - 1];
  shape.n = transposes.b ? b[rb - 2] : b[rb - 1];
  const int64_t right = transposes.b ? b[rb - 1] : b[rb - 2];
  if (right == shape.k) return shape;
  return absl::InvalidArgumentError(absl::StrCat("cannot multiply ", ShapeToString(a),
                                                 transposes.a ? " transposed" : "", " by ", ShapeToString(b),
                                                 transposes.b ? " transposed" : ""));
}

absl::Status RunBatchMatMul(OpContext& context, const Transposes& transposes, bool broadcasts) {
  const Tensor &a = context.input(0), &b = context.input(1);
  if (a.shape().size() < 2 || b.shape().size() < 2) {
    return absl::InvalidArgumentError(absl::StrCat("operands of shapes ", ShapeToString(a.shape()), " and ",
                                                   ShapeToString(b.shape()), " are not matrices"));
  }
  TIQU_ASSIGN_OR_RETURN(const kernels::GemmShape product, ProductShape(a.shape(), b.shape(), transposes));
  const Shape batch_a(a.shape().begin(), a.shape().end() - 2), batch_b(b.shape().begin(), b.shape().end() - 2);
  if (!broadcasts && batch_a != batch_b) {
    return absl::InvalidArgumentError(absl::StrCat("shapes ", ShapeToString(a.shape()), " and ",
                                                   ShapeToString(b.shape()), " have different batches"));
  }
  TIQU_ASSIGN_OR_RETURN(const Shape batch, BroadcastShapes(batch_a, batch_b));
  Shape shape = batch;
  shape.push_back(product.m);
  shape.push_back(product.n);
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, kFloat, shape));
  const Dims steps = RowMajorStrides(batch);
  const Dims steps_a = BroadcastStrides(batch_a, batch), steps_b = BroadcastStrides(batch_b, batch);
  const int64_t lda = a.shape().back(), ldb = b.shape().back(), count = CountDims(batch, 0, batch.size());
  for (int64_t i = 0; i < count; ++i) {
    int64_t at_a = 0, at_b = 0;
    for (size_t axis = 0; axis < batch.size(); ++axis) {
      at_a += i / steps[axis] % batch[axis] * steps_a[axis];
      at_b += i / steps[axis] % batch[axis] * steps_b[axis];
    }
    kernels::Gemm(product, 1.0F, a.data<float>() + at_a * product.m * product.k, lda,
                  b.data<float>() + at_b * product.k * product.n, ldb, 0.0F,
                  out->data<float>() + i * product.m * product.n, product.n);
  }
  return absl::OkStatus();
}

// A product with a constant matrix: the rows of all of the left operand's matrices are one matrix.
struct ConstantProduct {
  int64_t k, n;
  std::string right;  // its shape, for messages
  std::shared_ptr<const kernels::PackedMatrix> weights;

  absl::Status Run(OpContext& context) const {
    const Tensor& a = context.input(0);
    if (a.shape().size() < 2 || a.shape().back() != k) {
      return absl::InvalidArgumentError(absl::StrCat("cannot multiply ", ShapeToString(a.shape()), " by ", right));
    }
    Shape shape = a.shape();
    shape.back() = n;
    TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, kFloat, shape));
    const int64_t rows = CountDims(shape, 0, shape.size() - 1);
    weights->Multiply(rows, a.data<float>(), k, kernels::Into::kOverwrite, out->data<float>(), n);
    return absl::OkStatus();
  }
};

bool HasConstantMatrix(const NodeSpec& spec, const Transposes& transposes) {
  const Tensor* right = spec.constant(1);
  return spec.status().ok() && !transposes.a && right != nullptr && right->shape().size() == 2;
}

std::shared_ptr<const ConstantProduct> MakeConstantProduct(const NodeSpec& spec, const Transposes& transposes) {
  const Tensor& right = *spec.constant(1);
  auto product = std::make_shared<ConstantProduct>();
  product->k = right.shape()[transposes.b ? 1 : 0];
  product->n = right.shape()[transposes.b ? 0 : 1];
  product->right = absl::StrCat(ShapeToString(right.shape()), transposes.b ? " transposed" : "");
  product->weights = transposes.b ? PackTransposedWeights(spec, right) : PackWeights(spec, right);
  return product;
}

absl::StatusOr<OpInstance> MakeBatchMatMul(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(0, {kFloat});
  spec.ExpectType(1, {kFloat});
  const Transposes transposes{spec.Bool("adj_x", false), spec.Bool("adj_y", false)};
  const bool broadcasts = spec.op() != "BatchMatMul";
  if (broadcasts && HasConstantMatrix(spec, transposes)) {
    return OpInstance{{kFloat}, [product = MakeConstantProduct(spec, transposes)](OpContext& context) {
                        return product->Run(context);
                      }};
  }
  return OpInstance{{kFloat}, [=](OpContext& context) { return RunBatchMatMul(context, transposes, broadcasts); }};
}

absl::Status RunMatMul(OpContext& context, const Transposes& transposes) {
  const Shape &a = context.input(0).shape(), &b = context.input(1).shape();
  if (a.size() != 2 || b.size() != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("operands of shapes ", ShapeToString(a), " and ", ShapeToString(b), " are not matrices"));
  }
  return RunBatchMatMul(context, transposes, false);
}

absl::StatusOr<OpInstance> MakeMatMul(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(0, {kFloat});
  spec.ExpectType(1, {kFloat});
  const Transposes transposes{spec.Bool("transpose_a", false), spec.Bool("transpose_b", false)};
  if (HasConstantMatrix(spec, transposes)) {
    return OpInstance{
        {kFloat}, [product = MakeConstantProduct(spec, transposes)](OpContext& context) {
          if (context.input(0).shape().size() == 2) return product->Run(context);
          return absl::InvalidArgumentError(absl::StrCat("operands of shapes ", ShapeToString(context.input(0).shape()),
                                                         " and ", product->right, " are not matrices"));
        }};
  }
  return OpInstance{{kFloat}, [=](OpContext& context) { return RunMatMul(context, transposes); }};
}

}  // namespace

void RegisterMatMulOps(OpRegistry& registry) {
  registry.Add("MatMul", MakeMatMul, {kFloatName, "transpose_a, transpose_b"});
  registry.Add("BatchMatMul", MakeBatchMatMul, {kFloatName, "adj_x, adj_y"});
  registry.Add("BatchMatMulV3", MakeBatchMatMul, {kFloatName, "adj_x, adj_y"});
  registry.Add("BatchMatMulV2", MakeBatchMatMul, {kFloatName, "adj_x, adj_y"});
}

}  // namespace tiqu::engine
