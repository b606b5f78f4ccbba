// Tensors as TensorProtos with typed lists (float_val, int_val, ...), which is how TensorFlow Serving answers.
//
// Thread safety: free functions without state.
#pragma once

#include "graph.pb.h"
#include "tensor/tensor.h"

namespace tiqu::serving {

// Every value in the list of its type, none left out.
void TensorToFields(const Tensor& tensor, tensorflow::TensorProto* proto);

}  // namespace tiqu::serving
