// SpaceToBatchND and BatchToSpaceND: how older graphs write dilated convolutions.
//
// Batch element (k, b) of the blocked tensor, k numbering the positions within a block, has at o what the plain tensor
// b has at o * block + k - start, start being the padding before (or, the other way, the elements cropped before).
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/op_registry.h"
#include "engine/ops/register.h"
#include "engine/ops/shapes.h"

namespace tiqu::engine {
namespace {

struct Blocks {
  Dims block, before, after;  // an entry a spatial axis
  int64_t count = 1;          // product of `block`
};

absl::StatusOr<Blocks> ReadBlocks(const Tensor& block, const Tensor& margins, size_t rank) {
  Blocks blocks;
  TIQU_ASSIGN_OR_RETURN(blocks.block, IndexValues(block));
  TIQU_ASSIGN_OR_RETURN(const Dims pairs, IndexValues(margins));
  const size_t axes = blocks.block.size();
  if (rank < axes + 1 || pairs.size() != 2 * axes) {
    return absl::InvalidArgumentError(
        absl::StrCat(axes, " block sizes and ", pairs.size(), " margins for an input of rank ", rank));
  }
  for (size_t i = 0; i < axes; ++i) {
    blocks.before.push_back(pairs[2 * i]);
    blocks.after.push_back(pairs[2 * i + 1]);
    const bool sound = blocks.block[i] > 0 && std::min(pairs[2 * i], pairs[2 * i + 1]) >= 0 &&
                       std::max(pairs[2 * i], pairs[2 * i + 1]) < kMaxTensorBytes;
    if (!sound || __builtin_mul_overflow(blocks.count, blocks.block[i], &blocks.count)) {
      return absl::InvalidArgumentError(absl::StrCat("block size ", blocks.block[i], " or margins of axis ", i + 1));
    }
  }
  return blocks;
}

// Copies between the blocked and the plain tensor, all positions within a block one after the other.
void MoveBlocks(const Blocks& blocks, const Tensor& in, bool to_batch, Tensor* out) {
  const Shape& plain = to_batch ? in.shape() : out->shape();
  const Shape& blocked = to_batch ? out->shape() : in.shape();
  const Dims plain_strides = RowMajorStrides(plain), blocked_strides = RowMajorStrides(blocked);
  for (int64_t k = 0; k < blocks.count; ++k) {
    StridedView plain_view{0, plain_strides}, blocked_view{k * plain[0] * blocked_strides[0], blocked_strides};
    Shape box = plain;
    int64_t rest = k;
    for (size_t i = blocks.block.size(); i > 0; --i) {
      const int64_t size = blocks.block[i - 1], within = rest % size, shift = within - blocks.before[i - 1];
      rest /= size;
      const int64_t first = shift >= 0 ? 0 : (-shift + size - 1) / size;  // o with o * size + shift >= 0
      const int64_t last = (plain[i] - shift + size - 1) / size;          // o with o * size + shift < plain[i], end
      box[i] = std::max<int64_t>(std::min(last, blocked[i]) - first, 0);
      plain_view.offset += (first * size + shift) * plain_strides[i];
      plain_view.strides[i] = size * plain_strides[i];
      blocked_view.offset += first * blocked_strides[i];
    }
    CopyStrided(in, to_batch ? plain_view : blocked_view, box, to_batch ? blocked_view : plain_view, out);
  }
}

void Clear(Tensor* tensor) {
  ForElementType(*tensor,
                 [&](auto zero) { std::fill_n(Elements<decltype(zero)>(tensor), tensor->size(), decltype(zero)()); });
}

absl::Status RunSpaceToBatch(OpContext& context) {
  const Tensor& in = context.input(0);
  TIQU_ASSIGN_OR_RETURN(const Blocks blocks, ReadBlocks(context.input(1), context.input(2), in.shape().size()));
  Shape shape = in.shape();
  if (__builtin_mul_overflow(shape[0], blocks.count, &shape[0])) shape[0] = -1;
  for (size_t i = 0; i < blocks.block.size(); ++i) {
    const int64_t padded = shape[i + 1] + blocks.before[i] + blocks.after[i];
    if (padded % blocks.block[i] != 0) {
      return absl::InvalidArgumentError(absl::StrCat("axis ", i + 1, " has ", padded,
                                                     " elements with its padding, not a multiple of the block size ",
                                                     blocks.block[i]));
    }
    shape[i + 1] = padded / blocks.block[i];
  }
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, in.type(), shape));
  Clear(out);
  MoveBlocks(blocks, in, /*to_batch=*/true, out);
  return absl::OkStatus();
}

absl::Status RunBatchToSpace(OpContext& context) {
  const Tensor& in = context.input(0);
  TIQU_ASSIGN_OR_RETURN(const Blocks blocks, ReadBlocks(context.input(1), context.input(2), in.shape().size()));
  Shape shape = in.shape();
  if (shape[0] % blocks.count != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("a batch of ", shape[0], " is not a multiple of the block's ", blocks.count, " elements"));
  }
  shape[0] /= blocks.count;
  for (size_t i = 0; i < blocks.block.size(); ++i) {
    const int64_t whole = shape[i + 1] * blocks.block[i];
    shape[i + 1] = whole - blocks.before[i] - blocks.after[i];
    if (shape[i + 1] < 0) {
      return absl::InvalidArgumentError(absl::StrCat("cannot crop ", blocks.before[i], " and ", blocks.after[i], " of ",
                                                     whole, " elements of axis ", i + 1));
    }
  }
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, in.type(), shape));
  MoveBlocks(blocks, in, /*to_batch=*/false, out);
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeSpaceOp(const NodeSpec& spec) {
  spec.ExpectInputs(3);
  for (int i = 1; i < 3; ++i) spec.ExpectType(i, {DataType::kInt32, DataType::kInt64});
  return OpInstance{{spec.input_type(0)}, spec.op() == "SpaceToBatchND" ? RunSpaceToBatch : RunBatchToSpace};
}

}  // namespace

void RegisterSpaceOps(OpRegistry& registry) {
  registry.Add("SpaceToBatchND", MakeSpaceOp, {kAnyName});
  registry.Add("BatchToSpaceND", MakeSpaceOp, {kAnyName});
}

}  // namespace tiqu::engine
