// How requests are put together: TensorFlow Serving's BatchingParameters, with its defaults and its checks.
//
// Thread safety: values; free functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "serving_config.pb.h"

namespace tiqu::serving {

struct BatchingOptions {
  int64_t max_batch_size = 1000;  // rows of a batch; without large_batch_splitting also of a request
  absl::Duration batch_timeout = absl::ZeroDuration();  // how long a batch that is not full waits for more
  int64_t max_enqueued_batches = 10;                    // more are refused; at least 1
  std::vector<int64_t> allowed_batch_sizes;             // ascending; a batch is padded up to one of them; empty: any
  bool pad_variable_length_inputs = false;  // requests of other lengths are padded to one shape, and so run together
  bool large_batch_splitting = false;       // a request with more rows is cut into several batches
  int64_t max_execution_batch_size = 1000;  // rows of a run; less than max_batch_size only with splitting
};

// Errors: INVALID_ARGUMENT (a size that is not positive, allowed_batch_sizes that do not ascend or do not end with
// the largest batch, ...).
absl::StatusOr<BatchingOptions> MakeBatchingOptions(const tensorflow::serving::BatchingParameters& parameters);

// num_batch_threads; one a core when it is not set. Errors: INVALID_ARGUMENT (less than 1).
absl::StatusOr<int> BatchThreads(const tensorflow::serving::BatchingParameters& parameters);

}  // namespace tiqu::serving
