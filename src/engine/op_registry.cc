#include "engine/op_registry.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/fused/register.h"
#include "engine/ops/register.h"

namespace tiqu::engine {

const OpRegistry& OpRegistry::Global() {
  static const OpRegistry* const registry = [] {
    auto* made = new OpRegistry;
    RegisterControlOps(*made);
    RegisterArrayOps(*made);
    RegisterCastOps(*made);
    RegisterSliceOps(*made);
    RegisterJoinOps(*made);
    RegisterGatherOps(*made);
    RegisterFillOps(*made);
    RegisterBinaryOps(*made);
    RegisterCompareOps(*made);
    RegisterUnaryOps(*made);
    RegisterReduceOps(*made);
    RegisterMatMulOps(*made);
    RegisterConvOps(*made);
    RegisterSpaceOps(*made);
    RegisterExampleOps(*made);
    RegisterEinsumOps(*made);
    RegisterNormOps(*made);
    RegisterScatterOps(*made);
    RegisterOrderOps(*made);
    RegisterScanOps(*made);
    RegisterRandomOps(*made);
    RegisterAssignOps(*made);
    RegisterFunctionOps(*made);
    RegisterFusedLayers(*made);
    return made;
  }();
  return *registry;
}

absl::StatusOr<int64_t> OpContext::CheckedBytes(DataType type, const Shape& shape) const {
  const int64_t count = ElementCount(shape);
  const int64_t element = type == DataType::kString ? sizeof(std::string) : static_cast<int64_t>(DataTypeSize(type));
  if (count <= 0 || element <= 0 || count > kMaxTensorBytes / element) return 0;
  if (count * element <= most_bytes_) return count * element;
  return absl::ResourceExhaustedError(absl::StrCat("a tensor of shape ", ShapeToString(shape), " takes ",
                                                   count * element, " bytes, limit ", most_bytes_));
}

absl::StatusOr<Tensor*> OpContext::Allocate(int i, DataType type, Shape shape) {
  TIQU_ASSIGN_OR_RETURN(const int64_t bytes, CheckedBytes(type, shape));
  most_bytes_ -= bytes;
  TIQU_ASSIGN_OR_RETURN(outputs_[i], NewTensor(type, std::move(shape)));
  return &outputs_[i];
}

absl::StatusOr<Tensor> OpContext::Temporary(DataType type, Shape shape) const {
  TIQU_RETURN_IF_ERROR(CheckedBytes(type, shape).status());
  return NewTensor(type, std::move(shape));
}

absl::StatusOr<OpInstance> OpRegistry::Make(const NodeSpec& spec) const {
  absl::StatusOr<OpInstance> made = factories_.at(spec.op())(spec);
  const absl::Status& status = spec.status().ok() ? made.status() : spec.status();
  if (!status.ok()) return Annotate(status, absl::StrCat("node '", spec.name(), "' (", spec.op(), ")"));
  return made;
}

}  // namespace tiqu::engine
