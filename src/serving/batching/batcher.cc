#include "serving/batching/batcher.h"

#include <utility>
#include <vector>

#include "base/status.h"
#include "fmt/format.h"
#include "serving/batching/batch_padding.h"
#include "serving/batching/batch_tensors.h"

namespace tiqu::serving {
namespace {

// How many rows a request has.
absl::StatusOr<int64_t> RowsOf(const TensorMap& inputs) {
  int64_t rows = -1;
  for (const auto& [name, tensor] : inputs) {
    if (tensor.shape().empty()) {
      return absl::InvalidArgumentError(
          fmt::format("Batching Run() input tensors must have at least one dimension; {} is a scalar", name));
    }
    if (rows >= 0 && tensor.shape()[0] != rows) {
      return absl::InvalidArgumentError(
          fmt::format("Batching Run() input tensors must have equal 0th-dimension size; {} has {}, another {}", name,
                      tensor.shape()[0], rows));
    }
    rows = tensor.shape()[0];
  }
  return rows;
}

// The parts of a task that was cut, as one.
absl::StatusOr<TensorMap> JoinParts(std::vector<TensorMap> parts) {
  if (parts.size() == 1) return std::move(parts.front());
  TensorMap joined;
  for (const auto& [name, first] : parts.front()) {
    std::vector<TensorRows> rows;
    for (const TensorMap& part : parts) {
      const auto found = part.find(name);
      if (found == part.end()) return absl::InternalError(fmt::format("a part of the batch has no output {}", name));
      const Tensor& tensor = found->second;
      if (tensor.type() != first.type() || tensor.shape().size() != first.shape().size()) {
        return absl::FailedPreconditionError(fmt::format("the parts of a large request give {} in other forms", name));
      }
      rows.push_back({&tensor, 0, tensor.shape()[0]});
    }
    joined.emplace(name, JoinRows(rows, Filling::kZero));
  }
  return joined;
}

}  // namespace

Batcher::Batcher(std::shared_ptr<BatchScheduler> scheduler, const BatchingOptions& options,
                 const std::map<std::string, engine::Signature>& signatures, bool reader, RunAlone run,
                 Observer observer)
    : scheduler_(std::move(scheduler)), run_(std::move(run)) {
  for (const auto& [name, signature] : signatures) {
    const MaskedPadding masked = reader ? ReaderPadding(signature) : MaskedPadding();
    if (!CanBatch(signature) || (reader && masked.inputs.empty())) continue;
    const std::string key = name;
    BatchObserver observe;
    if (observer) observe = [key, observer](const BatchReport& report) { observer(key, report); };
    auto runner = std::make_shared<const BatchRunner>(
        options, masked,
        [key, run = run_](const TensorMap& inputs, const RunLimits& limits) { return run(key, inputs, limits); },
        std::move(observe));
    queues_.emplace(name, scheduler_->AddQueue(options, [runner](std::vector<BatchPart> batch, int64_t waiting) {
      runner->Run(std::move(batch), waiting);
    }));
  }
}

Batcher::~Batcher() {
  for (const auto& [name, queue] : queues_) scheduler_->RemoveQueue(queue);
}

absl::StatusOr<TensorMap> Batcher::Run(const std::string& signature, const TensorMap& inputs,
                                       const RunLimits& limits) const {
  const auto queue = queues_.find(signature);
  if (queue == queues_.end() || inputs.empty()) return run_(signature, inputs, limits);
  TIQU_RETURN_IF_ERROR(limits.Check());
  TIQU_ASSIGN_OR_RETURN(const int64_t rows, RowsOf(inputs));
  if (rows == 0) return run_(signature, inputs, limits);
  const auto task = std::make_shared<BatchTask>(inputs, rows, limits);
  TIQU_RETURN_IF_ERROR(scheduler_->Add(queue->second, task));
  TIQU_ASSIGN_OR_RETURN(std::vector<TensorMap> parts, scheduler_->Await(queue->second, task));
  return JoinParts(std::move(parts));
}

int64_t Batcher::QueueLength() const {
  int64_t length = 0;
  for (const auto& [name, queue] : queues_) length += scheduler_->QueueLength(queue);
  return length;
}

}  // namespace tiqu::serving
