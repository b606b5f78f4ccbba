#include "engine/plan.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/run_stop.h"
#include "engine/schedule.h"
#include "engine/siblings.h"

namespace tiqu::engine {

class PlanBuilder {
 public:
  PlanBuilder(const Graph& graph, const CompiledNodes& nodes, const ResolvedSignature& signature)
      : graph_(graph), nodes_(nodes), signature_(signature) {}

  absl::StatusOr<Plan> Run() {
    ScheduleRequest request;
    request.is_leaf = [this](int node) { return !nodes_.at(node)->run; };
    for (const auto& [name, edge] : signature_.feeds) {
      request.feeds.insert(edge);
      values_[edge] = plan_.value_count_;
      plan_.inputs_[name] = plan_.value_count_++;
    }
    for (const auto& [name, edge] : signature_.fetches) request.fetches.push_back(edge);
    TIQU_ASSIGN_OR_RETURN(const std::vector<int> order, Schedule(graph_, request));
    const auto kind = [this](int node) { return nodes_.at(node)->kind; };
    for (const std::vector<int>& group : GroupSiblings(graph_, WhatRuns(order), kind)) {
      TIQU_RETURN_IF_ERROR(AddStep(group));
    }
    for (const auto& [name, edge] : signature_.fetches) {
      absl::Status status = AddOutput(name, edge);
      if (!status.ok()) return Annotate(status, absl::StrCat("output '", name, "'"));
    }
    PlanReleases();
    plan_.memory_ = std::make_unique<RunMemory>(plan_.value_count_, plan_.steps_.size());
    return std::move(plan_);
  }

 private:
  std::vector<int> WhatRuns(const std::vector<int>& order) const {
    std::vector<int> runs;
    std::copy_if(order.begin(), order.end(), std::back_inserter(runs),
                 [this](int node) { return bool{nodes_.at(node)->run}; });
    return runs;
  }

  absl::Status AddStep(const std::vector<int>& group) {
    Plan::Step step;
    step.op = nodes_.at(group.front());
    step.op_name = graph_.node(group.front()).def->op();
    step.first_output = plan_.value_count_;
    for (const int node : group) TIQU_RETURN_IF_ERROR(AddNode(node, &step));
    plan_.steps_.push_back(std::move(step));
    return absl::OkStatus();
  }

  absl::Status AddNode(int index, Plan::Step* step) {
    const Node& node = graph_.node(index);
    const auto& op = nodes_.at(index);
    if (op->needs_feed) {
      return absl::InvalidArgumentError(
          absl::StrCat("needs placeholder '", node.def->name(), "', which is none of its inputs"));
    }
    absl::StrAppend(&step->name, step->nodes++ == 0 ? "" : " + ", node.def->name());
    for (const Edge& edge : node.inputs) {
      TIQU_ASSIGN_OR_RETURN(Plan::Source source, SourceOf(edge));
      step->inputs.push_back(source);
    }
    const int outputs = static_cast<int>(op->output_types.size());
    for (int port = 0; port < outputs; ++port) values_.emplace(Edge{index, port}, plan_.value_count_++);
    return absl::OkStatus();
  }

  absl::StatusOr<Plan::Source> SourceOf(const Edge& edge) {
    if (const auto it = values_.find(edge); it != values_.end()) return Plan::Source{false, it->second};
    const auto& op = *nodes_.at(edge.node);
    if (op.run || edge.port >= static_cast<int>(op.constants.size())) {
      return absl::InvalidArgumentError(
          absl::StrCat("node '", graph_.node(edge.node).def->name(), "' has no output ", edge.port));
    }
    const auto [it, added] = constants_.emplace(edge, static_cast<int>(plan_.constants_.size()));
    if (added) plan_.constants_.push_back(op.constants[edge.port]);
    return Plan::Source{true, it->second};
  }

  absl::Status AddOutput(const std::string& name, const Edge& edge) {
    TIQU_ASSIGN_OR_RETURN(plan_.outputs_[name], SourceOf(edge));
    const DataType type = TypeOf(nodes_, signature_, edge);
    const DataType declared = signature_.signature.outputs.at(name).type;
    if (type == declared) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("is declared as ", DataTypeName(declared), " and computed as ", DataTypeName(type)));
  }

  // A value is let go after the last step that reads it, or after the one that makes it when none does.
  void PlanReleases() {
    std::set<int> kept;
    for (const auto& [name, source] : plan_.outputs_) {
      if (!source.constant) kept.insert(source.index);
    }
    for (auto step = plan_.steps_.rbegin(); step != plan_.steps_.rend(); ++step) {
      std::vector<int> touched;
      for (const Plan::Source& source : step->inputs) {
        if (!source.constant) touched.push_back(source.index);
      }
      for (size_t i = 0; i < step->output_count(); ++i) touched.push_back(step->first_output + static_cast<int>(i));
      for (const int value : touched) {
        if (kept.insert(value).second) step->release.push_back(value);
      }
    }
  }

  const Graph& graph_;
  const CompiledNodes& nodes_;
  const ResolvedSignature& signature_;
  Plan plan_;
  std::map<Edge, int> values_;
  std::map<Edge, int> constants_;
};

absl::StatusOr<Plan> Plan::Make(const Graph& graph, const CompiledNodes& nodes, const ResolvedSignature& signature) {
  return PlanBuilder(graph, nodes, signature).Run();
}

absl::Status Plan::RunOp(const Step& step, std::span<const Tensor* const> inputs, std::span<Tensor> outputs) {
  if (step.nodes == 1) {
    OpContext context(inputs, outputs);
    return step.op->run(context);
  }
  const size_t ins = inputs.size() / step.nodes, outs = outputs.size() / step.nodes;
  absl::InlinedVector<OpContext, 4> contexts;
  for (int i = 0; i < step.nodes; ++i)
    contexts.emplace_back(inputs.subspan(i * ins, ins), outputs.subspan(i * outs, outs));
  return step.op->run_together(std::span<OpContext>(contexts.data(), contexts.size()));
}

absl::Status Plan::RunStep(const Step& step, std::vector<Tensor>* values) const {
  thread_local std::vector<const Tensor*> inputs;
  inputs.clear();
  for (const Source& source : step.inputs) inputs.push_back(&Get(source, *values));
  absl::Status status = RunOp(step, inputs, {values->data() + step.first_output, step.output_count()});
  if (!status.ok()) return Annotate(status, absl::StrCat("node '", step.name, "' (", step.op_name, ")"));
  for (const int value : step.release) (*values)[value] = Tensor();
  return status;
}

ShapeKey Plan::KeyOf(const TensorMap& inputs) const {
  ShapeKey key;
  for (const auto& [name, value] : inputs_) AppendToKey(inputs.at(name).shape(), &key);
  return key;
}

absl::Status Plan::RunSteps(const NodeObserver& observer, RunScope* run) const {
  for (size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    TIQU_RETURN_IF_ERROR(ScopedRunStop::Ask());
    run->BeginStep(i);
    if (!observer) {
      TIQU_RETURN_IF_ERROR(RunStep(step, &run->values()));
      continue;
    }
    const auto start = std::chrono::steady_clock::now();
    TIQU_RETURN_IF_ERROR(RunStep(step, &run->values()));
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    observer(step.name, step.op_name, elapsed.count());
  }
  return absl::OkStatus();
}

absl::Status Plan::Run(const TensorMap& inputs, const NodeObserver& observer, TensorMap* outputs) const {
  RunScope run(memory_.get(), KeyOf(inputs));
  for (const auto& [name, value] : inputs_) run.values()[value] = inputs.at(name);
  TIQU_RETURN_IF_ERROR(RunSteps(observer, &run));
  // Entries that are there are used again: in the steady state this allocates nothing.
  for (const auto& [name, source] : outputs_) (*outputs)[name] = Get(source, run.values());
  if (outputs->size() > outputs_.size()) {
    std::erase_if(*outputs, [this](const auto& entry) { return !outputs_.contains(entry.first); });
  }
  run.Complete();
  return absl::OkStatus();
}

}  // namespace tiqu::engine
