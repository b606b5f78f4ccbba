// Windows over [batch, height, width, channels]: Conv2D, DepthwiseConv2dNative, MaxPool, AvgPool.
#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/kernels/gemm.h"
#include "engine/op_registry.h"
#include "engine/ops/register.h"
#include "engine/ops/shapes.h"
#include "engine/ops/types.h"
#include "engine/ops/window.h"
#include "engine/packed_weights.h"

namespace tiqu::engine {
namespace {

// Not run at load: small constants may ask for any amount of work, as large windows over large images do.
OpInstance Windowed(std::function<absl::Status(OpContext&)> run) {
  OpInstance op{{kFloat}, std::move(run)};
  op.folds = false;
  return op;
}

// Copies what the filter sees for one row of outputs: [out width, window height, window width, channels].
void GatherPatches(const float* image, const WindowAxis& h, const WindowAxis& w, int64_t channels, int64_t row,
                   float* patches) {
  for (int64_t o = 0; o < w.out; ++o) {
    for (int64_t i = 0; i < h.window; ++i) {
      const int64_t y = h.At(row, i);
      for (int64_t j = 0; j < w.window; ++j, patches += channels) {
        const int64_t x = w.At(o, j);
        if (y < 0 || y >= h.in || x < 0 || x >= w.in) {
          std::fill_n(patches, channels, 0.0F);
        } else {
          std::copy_n(image + (y * w.in + x) * channels, channels, patches);
        }
      }
    }
  }
}

// `packed`: the filter as a matrix, null when it is not a constant.
absl::Status RunConv2D(OpContext& context, const WindowAttributes& attributes, const kernels::PackedMatrix* packed) {
  const Tensor &in = context.input(0), &filter = context.input(1);
  const Shape &s = in.shape(), &f = filter.shape();
  if (s.size() != 4 || f.size() != 4 || s[3] != f[2] || f[0] < 1 || f[1] < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("input of shape ", ShapeToString(s), " with a filter of shape ", ShapeToString(f)));
  }
  const WindowAxis h = PlanAxis(attributes, 0, s[1], f[0]), w = PlanAxis(attributes, 1, s[2], f[1]);
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, kFloat, {s[0], h.out, w.out, f[3]}));
  const int64_t depth = f[0] * f[1] * f[2];
  const auto multiply = [&](int64_t rows, const float* from, float* to) {
    if (packed != nullptr) return packed->Multiply(rows, from, depth, kernels::Into::kOverwrite, to, f[3]);
    kernels::Gemm({rows, f[3], depth}, 1.0F, from, depth, filter.data<float>(), f[3], 0.0F, to, f[3]);
  };
  const bool pointwise = f[0] == 1 && f[1] == 1 && h.stride == 1 && w.stride == 1 && h.out == h.in && w.out == w.in;
  if (pointwise) {
    multiply(s[0] * s[1] * s[2], in.data<float>(), out->data<float>());
    return absl::OkStatus();
  }
  TIQU_ASSIGN_OR_RETURN(Tensor patches, context.Temporary(kFloat, {w.out, depth}));
  float* to = out->data<float>();
  for (int64_t b = 0; b < s[0]; ++b) {
    const float* image = in.data<float>() + b * s[1] * s[2] * s[3];
    for (int64_t row = 0; row < h.out; ++row, to += w.out * f[3]) {
      GatherPatches(image, h, w, s[3], row, patches.data<float>());
      multiply(w.out, patches.data<float>(), to);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeConv2D(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(0, {kFloat});
  spec.ExpectType(1, {kFloat});
  const WindowAttributes attributes = ReadWindow(spec);
  std::shared_ptr<const kernels::PackedMatrix> packed;
  if (const Tensor* filter = spec.constant(1); spec.status().ok() && filter != nullptr && filter->shape().size() == 4) {
    packed = PackWeights(spec, *filter);
  }
  return Windowed([=](OpContext& context) { return RunConv2D(context, attributes, packed.get()); });
}

// One output position: every channel has `multiplier` filters of its own.
void DepthwisePoint(const float* image, const float* filter, const WindowAxis& h, const WindowAxis& w, int64_t channels,
                    int64_t multiplier, int64_t row, int64_t column, float* out) {
  std::fill_n(out, channels * multiplier, 0.0F);
  for (int64_t i = 0; i < h.window; ++i) {
    const int64_t y = h.At(row, i);
    if (y < 0 || y >= h.in) continue;
    for (int64_t j = 0; j < w.window; ++j) {
      const int64_t x = w.At(column, j);
      if (x < 0 || x >= w.in) continue;
      const float* from = image + (y * w.in + x) * channels;
      const float* tap = filter + (i * w.window + j) * channels * multiplier;
      if (multiplier == 1) {
        for (int64_t c = 0; c < channels; ++c) out[c] += from[c] * tap[c];
      } else {
        for (int64_t c = 0; c < channels * multiplier; ++c) out[c] += from[c / multiplier] * tap[c];
      }
    }
  }
}

absl::Status RunDepthwise(OpContext& context, const WindowAttributes& attributes) {
  const Tensor &in = context.input(0), &filter = context.input(1);
  const Shape &s = in.shape(), &f = filter.shape();
  if (s.size() != 4 || f.size() != 4 || s[3] != f[2] || f[0] < 1 || f[1] < 1 || f[3] < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("input of shape ", ShapeToString(s), " with a filter of shape ", ShapeToString(f)));
  }
  const WindowAxis h = PlanAxis(attributes, 0, s[1], f[0]), w = PlanAxis(attributes, 1, s[2], f[1]);
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, kFloat, {s[0], h.out, w.out, f[2] * f[3]}));
  float* to = out->data<float>();
  for (int64_t b = 0; b < s[0]; ++b) {
    const float* image = in.data<float>() + b * s[1] * s[2] * s[3];
    for (int64_t row = 0; row < h.out; ++row) {
      for (int64_t column = 0; column < w.out; ++column, to += f[2] * f[3]) {
        DepthwisePoint(image, filter.data<float>(), h, w, f[2], f[3], row, column, to);
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakeDepthwise(const NodeSpec& spec) {
  spec.ExpectInputs(2);
  spec.ExpectType(0, {kFloat});
  spec.ExpectType(1, {kFloat});
  const WindowAttributes attributes = ReadWindow(spec);
  return Windowed([attributes](OpContext& context) { return RunDepthwise(context, attributes); });
}

// The largest or the mean of the window's elements that lie inside the image, channel by channel.
void PoolWindow(const float* image, const WindowAxis& h, const WindowAxis& w, int64_t channels, int64_t row,
                int64_t column, bool average, float* out) {
  std::fill_n(out, channels, average ? 0.0F : -std::numeric_limits<float>::infinity());
  int64_t count = 0;
  for (int64_t i = 0; i < h.window; ++i) {
    const int64_t y = h.At(row, i);
    if (y < 0 || y >= h.in) continue;
    for (int64_t j = 0; j < w.window; ++j) {
      const int64_t x = w.At(column, j);
      if (x < 0 || x >= w.in) continue;
      const float* from = image + (y * w.in + x) * channels;
      ++count;
      if (average) {
        for (int64_t c = 0; c < channels; ++c) out[c] += from[c];
      } else {
        for (int64_t c = 0; c < channels; ++c) out[c] = std::max(out[c], from[c]);
      }
    }
  }
  if (average) {
    for (int64_t c = 0; c < channels; ++c) out[c] /= static_cast<float>(count);
  }
}

absl::Status RunPool(OpContext& context, const WindowAttributes& attributes, bool average) {
  const Tensor& in = context.input(0);
  const Shape& s = in.shape();
  if (s.size() != 4) {
    return absl::InvalidArgumentError(absl::StrCat("input of shape ", ShapeToString(s), " is not an image"));
  }
  const WindowAxis h = PlanAxis(attributes, 0, s[1], attributes.window[0]);
  const WindowAxis w = PlanAxis(attributes, 1, s[2], attributes.window[1]);
  TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, kFloat, {s[0], h.out, w.out, s[3]}));
  float* to = out->data<float>();
  for (int64_t b = 0; b < s[0]; ++b) {
    const float* image = in.data<float>() + b * s[1] * s[2] * s[3];
    for (int64_t row = 0; row < h.out; ++row) {
      for (int64_t column = 0; column < w.out; ++column, to += s[3]) {
        PoolWindow(image, h, w, s[3], row, column, average, to);
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<OpInstance> MakePool(const NodeSpec& spec) {
  spec.ExpectInputs(1);
  spec.ExpectType(0, {kFloat});
  const WindowAttributes attributes = ReadWindow(spec);
  const bool average = spec.op() == "AvgPool";
  return Windowed([attributes, average](OpContext& context) { return RunPool(context, attributes, average); });
}

}  // namespace

void RegisterConvOps(OpRegistry& registry) {
  const char* const convolution =
      "strides, dilations, padding (VALID, SAME, EXPLICIT), explicit_paddings, "
      "data_format (NHWC)";
  const char* const pool = "ksize, strides, padding (VALID, SAME, EXPLICIT), explicit_paddings, data_format (NHWC)";
  registry.Add("Conv2D", MakeConv2D, {kFloatName, convolution});
  registry.Add("DepthwiseConv2dNative", MakeDepthwise, {kFloatName, convolution});
  registry.Add("MaxPool", MakePool, {kFloatName, pool});
  registry.Add("AvgPool", MakePool, {kFloatName, pool});
}

}  // namespace tiqu::engine
