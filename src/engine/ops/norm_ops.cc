// Batch normalisation with the statistics of training: FusedBatchNorm, FusedBatchNormV2, FusedBatchNormV3.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/op_registry.h"
#include "engine/ops/register.h"
#include "engine/ops/types.h"

namespace tiqu::engine {
namespace {

absl::Status RunBatchNorm(OpContext& context, float epsilon) {
  const Tensor& in = context.input(0);
  const int64_t channels = in.shape().empty() ? -1 : in.shape().back();
  for (int i = 1; i < 5; ++i) {
    if (in.shape().size() == 4 && context.input(i).size() == channels) continue;
    return absl::InvalidArgumentError(absl::StrCat("input ", i, " has shape ", ShapeToString(context.input(i).shape()),
                                                   " for an image of shape ", ShapeToString(in.shape())));
  }
  TIQU_ASSIGN_OR_RETURN(Tensor factors, NewTensor(kFloat, {2, channels}));
  float* factor = factors.data<float>();
  float* shift = factor + channels;
  for (int64_t c = 0; c < channels; ++c) {
    factor[c] = context.input(1).data<float>()[c] / std::sqrt(context.input(4).data<float>()[c] + epsilon);
    shift[c] = context.input(2).data<float>()[c] - context.input(3).data<float>()[c] * factor[c];
  }
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, kFloat, in.shape()));
  const float* from = in.data<float>();
  float* to = out->data<float>();
  for (int64_t row = 0; row * channels < in.size(); ++row, from += channels, to += channels) {
    for (int64_t c = 0; c < channels; ++c) to[c] = from[c] * factor[c] + shift[c];
  }
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeBatchNorm(const NodeSpec& spec) {
  spec.ExpectInputs(5);
  for (int i = 0; i < 5; ++i) spec.ExpectType(i, {kFloat});
  if (spec.Bool("is_training", true)) return absl::UnimplementedError("is_training is not supported");
  if (const std::string format = spec.String("data_format", "NHWC"); format != "NHWC") {
    return absl::UnimplementedError(absl::StrCat("data_format ", format, " is not supported"));
  }
  const float epsilon = spec.Float("epsilon", 1e-4F);
  const int outputs = spec.op() == "FusedBatchNormV3" ? 6 : 5;
  const auto run = [epsilon, outputs](OpContext& context) -> absl::Status {
    TIQU_RETURN_IF_ERROR(RunBatchNorm(context, epsilon));
    // The statistics, and once more for a gradient that nobody takes here.
    for (int i = 1; i < 5; ++i) context.set_output(i, context.input(i % 2 == 1 ? 3 : 4));
    if (outputs == 6) return context.Allocate(5, kFloat, {0}).status();
    return absl::OkStatus();
  };
  return OpInstance{std::vector<DataType>(outputs, kFloat), run};
}

}  // namespace

void RegisterNormOps(OpRegistry& registry) {
  for (const char* op : {"FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"}) {
    registry.Add(op, MakeBatchNorm, {kFloatName, "is_training (false), epsilon, data_format (NHWC)"});
  }
}

}  // namespace tiqu::engine
