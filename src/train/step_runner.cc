#include "train/step_runner.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "fmt/format.h"
#include "train/layers/vector_ops.h"

namespace tiqu::train {
namespace {

using torch::Tensor;

struct Slice {
  int64_t begin;
  int64_t end;
};

Slice SliceOf(int64_t size, int worker, int workers) {
  const int64_t width = (size + workers - 1) / workers;
  return {std::min(size, worker * width), std::min(size, (worker + 1) * width)};
}

}  // namespace

StepRunner::StepRunner(const TrainerOptions& options, ShareLoss loss, WorkerPool* pool, Parameters* parameters,
                       AdamState* adam)
    : options_(options), loss_(std::move(loss)), pool_(pool), parameters_(parameters), adam_(adam) {
  workers_.resize(static_cast<size_t>(pool->size()));
  for (Worker& worker : workers_) worker.gradient.resize(static_cast<size_t>(parameters->flat_size()));
}

absl::StatusOr<StepResult> StepRunner::Run(const BatchPlan& batch, double learning_rate) {
  const std::vector<BatchPlan> shares = ShareBatch(batch, pool_->size());
  StepResult result;
  result.samples = CountSamples(batch);
  result.chars = CountChars(batch);
  pool_->Run([&](int worker) { RunWorker(worker, shares, learning_rate, static_cast<double>(result.samples)); });
  for (const Worker& worker : workers_) {
    if (!worker.status.ok()) return worker.status;
    result.tag_loss += worker.tag_loss / static_cast<double>(result.samples);
    result.span_loss += worker.span_loss / static_cast<double>(result.samples);
    result.gradient_norm += worker.squared_norm;
  }
  result.gradient_norm = std::sqrt(result.gradient_norm);
  if (!finite_) {
    return absl::InternalError(
        fmt::format("step {}: loss {} and gradient norm {} are not finite; try a lower "
                    "learning_rate",
                    adam_->step + 1, result.tag_loss, result.gradient_norm));
  }
  ++adam_->step;
  return result;
}

void StepRunner::RunWorker(int worker, const std::vector<BatchPlan>& shares, double learning_rate,
                           double total_samples) {
  ComputeGradient(worker, shares[static_cast<size_t>(worker)], total_samples);
  pool_->Wait();
  SumSlice(worker);
  pool_->Wait();
  double squared_norm = 0;
  bool good = true;
  for (const Worker& each : workers_) {
    squared_norm += each.squared_norm;
    good = good && each.status.ok();
  }
  good = good && std::isfinite(squared_norm);
  if (worker == 0) finite_ = std::isfinite(squared_norm);
  if (!good) return;
  const Slice slice = SliceOf(parameters_->flat_size(), worker, pool_->size());
  const OptimizerOptions& opt = options_.optimizer;
  UpdateSlice({learning_rate, ClipScale(std::sqrt(squared_norm), opt.clip_norm), opt.ema_decay, adam_->step + 1},
              slice.begin, slice.end, workers_[0].gradient.data(), adam_, parameters_->flat());
}

void StepRunner::ComputeGradient(int index, const BatchPlan& share, double total_samples) {
  Worker& worker = workers_[static_cast<size_t>(index)];
  worker.tag_loss = worker.span_loss = worker.squared_norm = 0;
  worker.status = absl::OkStatus();
  std::fill(worker.gradient.begin(), worker.gradient.end(), 0.0F);
  if (share.empty()) return;
  const StepKey key = {static_cast<uint64_t>(adam_->step), static_cast<uint64_t>(index), workers_.size()};
  try {
    const LossTerms loss = loss_(*parameters_, share, key);
    worker.tag_loss = loss.tags.item<double>();
    Tensor total = loss.tags;
    if (loss.spans.defined()) {
      worker.span_loss = loss.spans.item<double>();
      total = total + options_.regularization.span_weight * loss.spans;
    }
    total = total / total_samples;
    const auto gradients = torch::autograd::grad({total}, parameters_->trained(), {}, /*retain_graph=*/false,
                                                 /*create_graph=*/false, /*allow_unused=*/true);
    for (size_t i = 0; i < gradients.size(); ++i) {
      if (!gradients[i].defined()) continue;
      std::copy_n(gradients[i].data_ptr<float>(), gradients[i].numel(),
                  worker.gradient.data() + parameters_->offsets()[i]);
    }
  } catch (const std::exception& error) {
    worker.status = absl::InternalError(error.what());
  }
}

void StepRunner::SumSlice(int index) {
  const Slice slice = SliceOf(parameters_->flat_size(), index, pool_->size());
  float* sum = workers_[0].gradient.data() + slice.begin;
  for (size_t w = 1; w < workers_.size(); ++w) {
    AddTo(slice.end - slice.begin, workers_[w].gradient.data() + slice.begin, sum);
  }
  workers_[static_cast<size_t>(index)].squared_norm = SquaredNorm(slice.end - slice.begin, sum);
}

}  // namespace tiqu::train
