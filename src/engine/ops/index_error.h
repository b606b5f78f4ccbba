// The check of look-ups, with TensorFlow's words: "indices[0,2] = 7 is not in [0, 5)".
//
// Thread safety: free functions without state.
#pragma once

#include "absl/status/status.h"
#include "tensor/tensor.h"

namespace tiqu::engine {

// Every element of an int32 or int64 tensor must lie in [0, limit). Errors: INVALID_ARGUMENT naming the first that
// does not.
absl::Status CheckIndices(const Tensor& indices, int64_t limit);

}  // namespace tiqu::engine
