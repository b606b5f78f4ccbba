// The work of one signature: operations in order, and where each takes its inputs from.
//
// Thread safety: immutable once made; Run may be called from any number of threads.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/compile.h"
#include "engine/engine.h"
#include "engine/graph.h"
#include "engine/run_memory.h"
#include "engine/signature.h"

namespace tiqu::engine {

class Plan {
 public:
  // Errors: INVALID_ARGUMENT (a placeholder that the signature needs and does not feed; an output of another type).
  static absl::StatusOr<Plan> Make(const Graph& graph, const CompiledNodes& nodes, const ResolvedSignature& signature);

  // Makes `outputs` hold the signature's outputs and nothing else; after an error it is as it was. REQUIRES:
  // CheckInputs is content with `inputs`.
  absl::Status Run(const TensorMap& inputs, const NodeObserver& observer, TensorMap* outputs) const;

  RunMemory::Usage memory() const { return memory_->usage(); }

 private:
  friend class PlanBuilder;

  // Where a tensor comes from: a value of the run, numbered within the plan, or a constant of the plan.
  struct Source {
    bool constant = false;
    int index = 0;
  };

  // A node, or several that go together (siblings.h).
  struct Step {
    std::shared_ptr<const OpInstance> op;
    std::string name, op_name;  // names of several: "a + b"
    int nodes = 0;
    std::vector<Source> inputs;  // of one node after the other
    int first_output = 0;        // the outputs are values first_output, first_output + 1, ..., in the same order
    std::vector<int> release;    // values that nothing needs after this step

    size_t output_count() const { return nodes * op->output_types.size(); }
  };

  ShapeKey KeyOf(const TensorMap& inputs) const;
  absl::Status RunSteps(const NodeObserver& observer, RunScope* run) const;
  absl::Status RunStep(const Step& step, std::vector<Tensor>* values) const;
  static absl::Status RunOp(const Step& step, std::span<const Tensor* const> inputs, std::span<Tensor> outputs);
  const Tensor& Get(const Source& source, const std::vector<Tensor>& values) const {
    return source.constant ? constants_[source.index] : values[source.index];
  }

  std::vector<Step> steps_;
  std::vector<Tensor> constants_;
  std::map<std::string, int> inputs_;      // input name -> value
  std::map<std::string, Source> outputs_;  // output name -> where it is at the end
  int value_count_ = 0;
  std::unique_ptr<RunMemory> memory_;
};

}  // namespace tiqu::engine
