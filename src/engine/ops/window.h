// How windows (of convolutions and pools) move over [batch, height, width, channels].
//
// Thread safety: free functions; values.
#pragma once

#include <cstdint>

#include "engine/node_spec.h"

namespace tiqu::engine {

// Height and width of what a node's attributes say.
struct WindowAttributes {
  enum class Padding { kValid, kSame, kExplicit };

  int64_t stride[2] = {1, 1};
  int64_t dilation[2] = {1, 1};
  int64_t window[2] = {1, 1};  // pooling; a convolution's stands in its filter
  Padding padding = Padding::kValid;
  int64_t before[2] = {0, 0}, after[2] = {0, 0};  // explicit padding
};

// Attributes strides, dilations, ksize, padding, explicit_paddings, data_format. What is not supported is recorded in
// the spec.
WindowAttributes ReadWindow(const NodeSpec& spec);

// One axis of a window's way over its input.
struct WindowAxis {
  int64_t in, window, stride, dilation, before, out;

  // Input position of tap `tap` for output `o`; may lie outside [0, in).
  int64_t At(int64_t o, int64_t tap) const { return o * stride - before + tap * dilation; }
};

WindowAxis PlanAxis(const WindowAttributes& attributes, int axis, int64_t in, int64_t window);

}  // namespace tiqu::engine
