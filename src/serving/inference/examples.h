// The examples of a classify or regress request as the tensor that a signature takes: serialized tf.Examples.
//
// Thread safety: free functions without state.
#pragma once

#include "absl/status/statusor.h"
#include "serving_inference.pb.h"
#include "tensor/tensor.h"

namespace tiqu::serving {

// A string vector, one example each, the context's features merged in. Errors: INVALID_ARGUMENT ("Input is empty.").
absl::StatusOr<Tensor> SerializeExamples(const tensorflow::serving::Input& input);

}  // namespace tiqu::serving
