// Host tensors from and to TensorFlow's TensorProto, shapes from and to TensorShapeProto.
//
//   {dtype: DT_FLOAT, tensor_shape: [2, 2], float_val: [1, 2]}   ->   1 2 / 2 2     (a short list repeats its last
//   value)
//
// Thread safety: free functions without state.
#pragma once

#include "absl/status/statusor.h"
#include "graph.pb.h"
#include "tensor/tensor.h"

namespace tiqu::graph {

// Errors: INVALID_ARGUMENT (an unknown dimension, more values than the shape holds, bytes that do not fit the shape, a
// shape of more than 2^31 bytes, the limit of a graph's file), UNIMPLEMENTED (an element type that Tensor does not
// know).
absl::StatusOr<Tensor> TensorFromProto(const tensorflow::TensorProto& proto);

// Numbers go to tensor_content, strings to string_val.
void TensorToProto(const Tensor& tensor, tensorflow::TensorProto* proto);

// Unknown dimensions become -1. REQUIRES: !proto.unknown_rank()
Shape ShapeFromProto(const tensorflow::TensorShapeProto& proto);
void ShapeToProto(const Shape& shape, tensorflow::TensorShapeProto* proto);

}  // namespace tiqu::graph
