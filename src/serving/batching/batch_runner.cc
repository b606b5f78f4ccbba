#include "serving/batching/batch_runner.h"

#include <algorithm>
#include <map>
#include <new>
#include <utility>

#include "absl/time/clock.h"
#include "base/status.h"
#include "fmt/format.h"
#include "serving/batching/batch_tensors.h"

namespace tiqu::serving {
namespace {

bool IsWhole(const BatchPart& part) { return part.rows() == part.task->rows(); }

// As long as the most patient of the tasks, and while anybody waits.
RunLimits LimitsOf(const std::vector<BatchPart>& group) {
  RunLimits limits;
  limits.deadline = absl::InfinitePast();
  for (const BatchPart& part : group) limits.deadline = std::max(limits.deadline, part.task->deadline());
  limits.cancelled = [&group] {
    return std::all_of(group.begin(), group.end(), [](const BatchPart& part) { return part.task->abandoned(); });
  };
  return limits;
}

absl::Status CheckOutput(const std::string& name, const Tensor& tensor, int64_t rows) {
  if (tensor.shape().empty()) {
    return absl::FailedPreconditionError(fmt::format("Batched output tensor has 0 dimensions: {}", name));
  }
  if (tensor.shape()[0] == rows) return absl::OkStatus();
  return absl::FailedPreconditionError(fmt::format(
      "Batched output tensor's 0th dimension does not equal the sum of the 0th dimension sizes of the input "
      "tensors: {} has {}, the inputs {}",
      name, tensor.shape()[0], rows));
}

// An error that says nothing about the requests themselves.
bool EndsAll(const absl::Status& status) {
  return absl::IsDeadlineExceeded(status) || absl::IsCancelled(status) || absl::IsFailedPrecondition(status);
}

}  // namespace

int64_t BatchRunner::LengthOf(const BatchPart& part) const {
  const auto input = part.task->inputs().find(masked_.length_input);
  return input == part.task->inputs().end() || input->second.shape().size() < 2 ? 0 : input->second.shape()[1];
}

std::vector<BatchRunner::Group> BatchRunner::MakeGroups(std::vector<BatchPart> batch) const {
  std::map<std::string, Group> by_shape;
  for (BatchPart& part : batch) {
    if (part.task->abandoned()) continue;
    by_shape[ShapeKey(part.task->inputs(), masked_, options_.pad_variable_length_inputs)].push_back(std::move(part));
  }
  std::vector<Group> groups;
  for (auto& [key, group] : by_shape) {
    if (masked_.inputs.empty()) {
      groups.push_back(std::move(group));
      continue;
    }
    // Texts of similar length together: no row wastes more than an eighth of its characters.
    std::stable_sort(group.begin(), group.end(),
                     [this](const BatchPart& a, const BatchPart& b) { return LengthOf(a) > LengthOf(b); });
    for (BatchPart& part : group) {
      const bool fits = &part != group.data() && LengthOf(part) * 8 >= LengthOf(groups.back().front()) * 7;
      if (!fits) groups.emplace_back();
      groups.back().push_back(std::move(part));
    }
  }
  return groups;
}

void BatchRunner::Run(std::vector<BatchPart> batch, int64_t waiting) const {
  for (const Group& group : MakeGroups(std::move(batch))) RunGroup(group, waiting);
}

void BatchRunner::RunGroup(const Group& group, int64_t waiting) const {
  absl::Status status;
  try {
    status = TryGroup(group, waiting);
  } catch (const std::bad_alloc&) {
    status = absl::ResourceExhaustedError("memory did not suffice for a batch");
  }
  if (status.ok()) return;
  if (group.size() == 1 || EndsAll(status)) {
    for (const BatchPart& part : group) part.task->Finish(part.index, status);
    return;
  }
  for (const BatchPart& part : group) RunGroup({part}, waiting);
}

int64_t BatchRunner::PaddedRows(int64_t rows) const {
  const auto& sizes = options_.allowed_batch_sizes;
  const auto size = std::lower_bound(sizes.begin(), sizes.end(), rows);
  return size == sizes.end() ? rows : *size;
}

TensorMap BatchRunner::JoinInputs(const Group& group, int64_t padding_rows) const {
  if (group.size() == 1 && IsWhole(group.front()) && padding_rows == 0) return group.front().task->inputs();
  const Filling filling = masked_.inputs.empty() ? Filling::kFirstElement : Filling::kZero;
  TensorMap joined;
  for (const auto& [name, first] : group.front().task->inputs()) {
    std::vector<TensorRows> rows;
    for (const BatchPart& part : group) rows.push_back({&part.task->inputs().at(name), part.begin, part.end});
    const TensorRows& last = rows.back();
    rows.insert(rows.end(), static_cast<size_t>(padding_rows), TensorRows{last.tensor, last.begin, last.begin + 1});
    joined.emplace(name, JoinRows(rows, filling));
  }
  return joined;
}

absl::Status BatchRunner::TryGroup(const Group& group, int64_t waiting) const {
  BatchReport report;
  report.tasks = static_cast<int64_t>(group.size());
  for (const BatchPart& part : group) {
    report.rows += part.rows();
    report.queued.push_back(absl::Now() - part.queued);
  }
  const int64_t rows = PaddedRows(report.rows);
  report.padding_rows = rows - report.rows;
  report.queue_length = waiting;
  if (observer_) observer_(report);
  const RunLimits limits = LimitsOf(group);
  TIQU_ASSIGN_OR_RETURN(const TensorMap outputs, run_(JoinInputs(group, report.padding_rows), limits));
  return GiveOutputs(group, rows, outputs);
}

absl::Status BatchRunner::GiveOutputs(const Group& group, int64_t rows, const TensorMap& outputs) const {
  for (const auto& [name, tensor] : outputs) TIQU_RETURN_IF_ERROR(CheckOutput(name, tensor, rows));
  std::vector<TensorMap> parts;
  int64_t at = 0;
  for (const BatchPart& part : group) {
    TensorMap& own = parts.emplace_back();
    for (const auto& [name, tensor] : outputs) {
      Shape shape = tensor.shape();
      shape[0] = part.rows();
      if (!masked_.inputs.empty() && shape.size() > 1) shape[1] = std::min(shape[1], LengthOf(part));
      own.emplace(name, shape == tensor.shape() ? tensor : TakeRows(tensor, at, shape));
    }
    at += part.rows();
  }
  for (size_t i = 0; i < group.size(); ++i) group[i].task->Finish(group[i].index, std::move(parts[i]));
  return absl::OkStatus();
}

}  // namespace tiqu::serving
