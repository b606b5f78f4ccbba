#include "engine/engine.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "engine/compile.h"
#include "engine/conditionals.h"
#include "engine/fuse_attention.h"
#include "engine/fuse_elementwise.h"
#include "engine/fuser.h"
#include "engine/graph.h"
#include "engine/inline_functions.h"
#include "engine/kernels/cpu_isa.h"
#include "engine/load.h"
#include "engine/plan.h"
#include "engine/signature.h"
#include "engine/variables.h"
#include "savedmodel/saved_model.h"

namespace tiqu::engine {
namespace {

class LoadedEngine : public Engine {
 public:
  explicit LoadedEngine(const EngineOptions& options)
      : observer_(options.observer), check_shapes_(options.check_input_shapes) {}

  void Add(const std::string& name, ResolvedSignature signature, Plan plan) {
    signatures_.emplace(name, std::move(signature.signature));
    entries_.emplace(name, Entry{std::move(signature.accepted), std::move(plan)});
  }

  const std::map<std::string, Signature>& signatures() const override { return signatures_; }

  absl::StatusOr<TensorMap> Run(const std::string& name, const TensorMap& inputs) const override {
    TensorMap outputs;
    TIQU_RETURN_IF_ERROR(RunInto(name, inputs, &outputs));
    return outputs;
  }

  absl::Status RunInto(const std::string& name, const TensorMap& inputs, TensorMap* outputs) const override {
    const auto it = entries_.find(name);
    if (it == entries_.end()) {
      const std::string known = absl::StrJoin(
          signatures_, ", ", [](std::string* out, const auto& entry) { absl::StrAppend(out, entry.first); });
      return absl::NotFoundError(absl::StrCat("there is no signature '", name, "'; the signatures are ", known));
    }
    TIQU_RETURN_IF_ERROR(CheckInputs(it->second.accepted, inputs, check_shapes_));
    return it->second.plan.Run(inputs, observer_, outputs);
  }

  MemoryUse memory_use(const std::string& name) const override {
    const auto it = entries_.find(name);
    if (it == entries_.end()) return {};
    const RunMemory::Usage usage = it->second.plan.memory();
    return {usage.arena_bytes, usage.tensor_bytes, usage.kept_bytes};
  }

 private:
  struct Entry {
    Signature accepted;
    Plan plan;
  };

  std::map<std::string, Signature> signatures_;  // as declared
  std::map<std::string, Entry> entries_;
  NodeObserver observer_;
  bool check_shapes_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const Engine>> MakeEngine(savedmodel::LoadedSavedModel model,
                                                         const EngineOptions& options, int64_t most_folded_bytes) {
  TIQU_RETURN_IF_ERROR(kernels::UseCpuIsa());
  LoadContext load;
  load.most_folded_bytes = most_folded_bytes;
  TIQU_RETURN_IF_ERROR(InlineFunctions(&model.meta_graph, &load.bodies));
  TIQU_ASSIGN_OR_RETURN(Graph graph, Graph::FromDef(model.meta_graph.graph_def()));
  TIQU_ASSIGN_OR_RETURN(auto resolved, ResolveSignatures(model.meta_graph, graph));
  load.variables = &model.variables;
  load.variable_keys = RestoredKeys(graph, model.variables);
  load.precision = options.precision;
  TIQU_RETURN_IF_ERROR(ResolveConditionals(resolved, &graph));
  if (options.fuse) {
    FuseLayers(resolved, &graph);
    FuseAttention(&graph);
  }
  TIQU_ASSIGN_OR_RETURN(CompiledNodes nodes, CompileNodes(graph, resolved, &load));
  if (options.fuse_elementwise) FuseElementwise(resolved, &graph, &nodes);
  auto engine = std::make_shared<LoadedEngine>(options);
  for (auto& [name, signature] : resolved) {
    absl::StatusOr<Plan> plan = Plan::Make(graph, nodes, signature);
    if (!plan.ok()) return Annotate(plan.status(), absl::StrCat("signature '", name, "'"));
    engine->Add(name, std::move(signature), *std::move(plan));
  }
  return engine;
}

absl::Status Engine::RunInto(const std::string& signature, const TensorMap& inputs, TensorMap* outputs) const {
  TIQU_ASSIGN_OR_RETURN(*outputs, Run(signature, inputs));
  return absl::OkStatus();
}

MemoryUse Engine::memory_use(const std::string&) const { return {}; }

absl::StatusOr<std::shared_ptr<const Engine>> Engine::Load(const std::string& model_dir, const EngineOptions& options) {
  TIQU_ASSIGN_OR_RETURN(savedmodel::LoadedSavedModel model, savedmodel::ReadSavedModel(model_dir));
  absl::StatusOr<std::shared_ptr<const Engine>> engine = MakeEngine(std::move(model), options);
  if (!engine.ok()) return Annotate(engine.status(), model_dir);
  return engine;
}

}  // namespace tiqu::engine
