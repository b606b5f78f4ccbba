// A tensor of the TensorFlow graph as the ONNX graph carries it, and what is known of its shape.
//
// Thread safety: a value; free functions without state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "tensor/tensor.h"

namespace tiqu::onnx {

using StaticShape = std::optional<Shape>;  // nothing: not even the rank is known; -1: this size is not

struct Value {
  std::string name;                    // in the ONNX graph; of a constant, the name that its initializer wants
  DataType type = DataType::kInvalid;  // TensorFlow's
  StaticShape shape = std::nullopt;
  bool wide = false;  // an int32 of TensorFlow that is an int64 here (sizes: ONNX counts so)
  std::optional<Tensor> constant = std::nullopt;  // a value that the file holds; not wide
};

inline constexpr size_t kMostAxes = 254;                   // of a tensor, as in TensorFlow
inline constexpr int64_t kLargestSize = int64_t{1} << 40;  // that is kept, so that sums of sizes do not overflow

// `size`, or -1 when it is not known or beyond all reason.
inline int64_t KnownSize(int64_t size) { return size < 0 || size > kLargestSize ? -1 : size; }

// What comes of two shapes under broadcasting; no opinion on shapes that do not fit.
StaticShape Broadcast(const StaticShape& a, const StaticShape& b);

}  // namespace tiqu::onnx
