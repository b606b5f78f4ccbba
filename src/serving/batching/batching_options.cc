#include "serving/batching/batching_options.h"

#include <algorithm>
#include <thread>

#include "base/status.h"
#include "fmt/format.h"

namespace tiqu::serving {
namespace {

absl::Status CheckPositive(const char* name, int64_t value) {
  if (value > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("{} must be positive; was {}", name, value));
}

absl::Status CheckAllowedSizes(const BatchingOptions& options) {
  const std::vector<int64_t>& sizes = options.allowed_batch_sizes;
  if (sizes.empty()) return absl::OkStatus();
  TIQU_RETURN_IF_ERROR(CheckPositive("allowed_batch_sizes", sizes.front()));
  if (std::adjacent_find(sizes.begin(), sizes.end(), std::greater_equal<>()) != sizes.end()) {
    return absl::InvalidArgumentError("allowed_batch_sizes entries must be in increasing order");
  }
  if (sizes.back() == options.max_execution_batch_size) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("Last entry in allowed_batch_sizes must match {}; last entry was {}; expected {}",
                  options.large_batch_splitting ? "max_execution_batch_size" : "max_batch_size", sizes.back(),
                  options.max_execution_batch_size));
}

}  // namespace

absl::StatusOr<BatchingOptions> MakeBatchingOptions(const tensorflow::serving::BatchingParameters& parameters) {
  BatchingOptions options;
  if (parameters.has_max_batch_size()) options.max_batch_size = parameters.max_batch_size().value();
  if (parameters.has_max_enqueued_batches()) options.max_enqueued_batches = parameters.max_enqueued_batches().value();
  const int64_t timeout_micros = parameters.batch_timeout_micros().value();
  options.batch_timeout = absl::Microseconds(timeout_micros);
  options.allowed_batch_sizes.assign(parameters.allowed_batch_sizes().begin(), parameters.allowed_batch_sizes().end());
  options.pad_variable_length_inputs = parameters.pad_variable_length_inputs();
  options.large_batch_splitting = parameters.enable_large_batch_splitting().value();
  options.max_execution_batch_size = options.max_batch_size;
  if (options.large_batch_splitting && parameters.has_max_execution_batch_size()) {
    options.max_execution_batch_size = parameters.max_execution_batch_size().value();
  }
  TIQU_RETURN_IF_ERROR(CheckPositive("max_batch_size", options.max_batch_size));
  TIQU_RETURN_IF_ERROR(CheckPositive("max_execution_batch_size", options.max_execution_batch_size));
  if (options.max_execution_batch_size > options.max_batch_size) {
    return absl::InvalidArgumentError(
        fmt::format("max_execution_batch_size must be at most max_batch_size; was {}; max_batch_size is {}",
                    options.max_execution_batch_size, options.max_batch_size));
  }
  if (timeout_micros < 0) {
    return absl::InvalidArgumentError(fmt::format("batch_timeout_micros must be non-negative; was {}", timeout_micros));
  }
  if (options.max_enqueued_batches < 0) {
    return absl::InvalidArgumentError(
        fmt::format("max_enqueued_batches must be non-negative; was {}", options.max_enqueued_batches));
  }
  options.max_enqueued_batches = std::max<int64_t>(options.max_enqueued_batches, 1);
  TIQU_RETURN_IF_ERROR(CheckAllowedSizes(options));
  return options;
}

absl::StatusOr<int> BatchThreads(const tensorflow::serving::BatchingParameters& parameters) {
  constexpr int64_t kMostThreads = 1024;
  if (!parameters.has_num_batch_threads()) {
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  }
  const int64_t threads = parameters.num_batch_threads().value();
  TIQU_RETURN_IF_ERROR(CheckPositive("num_batch_threads", threads));
  return static_cast<int>(std::min(threads, kMostThreads));
}

}  // namespace tiqu::serving
