#include "engine/ops/window.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace tiqu::engine {
namespace {

constexpr int64_t kMostPadding = int64_t{1} << 30;

void ReadPair(const NodeSpec& spec, std::string_view name, int64_t* pair) {
  const std::vector<int64_t> values = spec.Ints(name);
  if (values.empty()) return;
  const bool sound = values.size() == 4 && values[0] == 1 && values[3] == 1 && values[1] > 0 && values[2] > 0;
  if (!sound) {
    spec.Fail(absl::InvalidArgumentError(
        absl::StrCat("attribute ", std::string(name), " is ", ShapeToString(values), ", expected (1, h, w, 1)")));
    return;
  }
  pair[0] = values[1];
  pair[1] = values[2];
}

void ReadExplicitPadding(const NodeSpec& spec, WindowAttributes* attributes) {
  const std::vector<int64_t> values = spec.Ints("explicit_paddings");
  bool sound = values.size() == 8 && values[0] == 0 && values[1] == 0 && values[6] == 0 && values[7] == 0;
  for (const int64_t value : values) sound = sound && value >= 0 && value < kMostPadding;
  if (!sound) {
    spec.Fail(absl::InvalidArgumentError(absl::StrCat("attribute explicit_paddings is ", ShapeToString(values),
                                                      ", expected (0, 0, top, bottom, left, right, 0, 0)")));
    return;
  }
  attributes->padding = WindowAttributes::Padding::kExplicit;
  for (int axis = 0; axis < 2; ++axis) {
    attributes->before[axis] = values[2 + 2 * axis];
    attributes->after[axis] = values[3 + 2 * axis];
  }
}

}  // namespace

WindowAttributes ReadWindow(const NodeSpec& spec) {
  WindowAttributes attributes;
  ReadPair(spec, "strides", attributes.stride);
  ReadPair(spec, "dilations", attributes.dilation);
  ReadPair(spec, "ksize", attributes.window);
  const std::string padding = spec.String("padding", "VALID");
  if (padding == "SAME") {
    attributes.padding = WindowAttributes::Padding::kSame;
  } else if (padding == "EXPLICIT") {
    ReadExplicitPadding(spec, &attributes);
  } else if (padding != "VALID") {
    spec.Fail(absl::UnimplementedError(absl::StrCat("padding ", padding, " is not supported")));
  }
  if (const std::string format = spec.String("data_format", "NHWC"); format != "NHWC") {
    spec.Fail(absl::UnimplementedError(absl::StrCat("data_format ", format, " is not supported")));
  }
  return attributes;
}

WindowAxis PlanAxis(const WindowAttributes& attributes, int axis, int64_t in, int64_t window) {
  WindowAxis plan{in, window, attributes.stride[axis], attributes.dilation[axis], attributes.before[axis], 0};
  const int64_t span = (window - 1) * plan.dilation + 1;
  if (attributes.padding == WindowAttributes::Padding::kSame) {
    plan.out = (in + plan.stride - 1) / plan.stride;
    plan.before = std::max<int64_t>((plan.out - 1) * plan.stride + span - in, 0) / 2;
  } else {
    const int64_t padded = attributes.before[axis] + in + attributes.after[axis];
    plan.out = padded < span ? 0 : (padded - span) / plan.stride + 1;
  }
  return plan;
}

}  // namespace tiqu::engine
