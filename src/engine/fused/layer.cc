#include "engine/fused/layer.h"

#include "absl/strings/str_cat.h"

namespace tiqu::engine {
namespace {

bool Fits(const Shape& shape, const Shape& expected) {
  if (shape.size() != expected.size()) return false;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (expected[i] >= 0 && shape[i] != expected[i]) return false;
  }
  return true;
}

}  // namespace

int64_t UsedLength(const float* mask, int64_t length) {
  while (length > 0 && mask[length - 1] == 0.0F) --length;
  return length;
}

absl::Status ExpectShape(const char* role, const Tensor& tensor, const Shape& expected) {
  if (Fits(tensor.shape(), expected)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(role, " has shape ", ShapeToString(tensor.shape()), ", expected ", ShapeToString(expected)));
}

Tensor FloatWeight(const NodeSpec& spec, const char* role, const Shape& expected) {
  const Tensor nothing(DataType::kFloat, Shape(expected.size(), 0));
  const Tensor* weight = spec.constant(spec.Role(role));
  if (weight == nullptr || weight->type() != DataType::kFloat) {
    spec.Fail(absl::InvalidArgumentError(absl::StrCat("weight ", role, " is not a float constant")));
    return nothing;
  }
  absl::Status status = ExpectShape(role, *weight, expected);
  if (status.ok()) return *weight;
  spec.Fail(std::move(status));
  return nothing;
}

}  // namespace tiqu::engine
