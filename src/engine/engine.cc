#include "engine/engine.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "engine/compile.h"
#include "engine/fuser.h"
#include "engine/graph.h"
#include "engine/plan.h"
#include "engine/signature.h"
#include "engine/variables.h"
#include "savedmodel/saved_model.h"

namespace tiqu::engine {
namespace {

class LoadedEngine : public Engine {
 public:
  LoadedEngine(std::map<std::string, Signature> signatures, std::map<std::string, Plan> plans, NodeObserver observer)
      : signatures_(std::move(signatures)), plans_(std::move(plans)), observer_(std::move(observer)) {}

  const std::map<std::string, Signature>& signatures() const override { return signatures_; }

  absl::StatusOr<TensorMap> Run(const std::string& name, const TensorMap& inputs) const override {
    const auto it = signatures_.find(name);
    if (it == signatures_.end()) {
      const std::string known = absl::StrJoin(
          signatures_, ", ", [](std::string* out, const auto& entry) { absl::StrAppend(out, entry.first); });
      return absl::NotFoundError(absl::StrCat("there is no signature '", name, "'; the signatures are ", known));
    }
    TIQU_RETURN_IF_ERROR(CheckInputs(it->second, inputs));
    return plans_.at(name).Run(inputs, observer_);
  }

 private:
  std::map<std::string, Signature> signatures_;
  std::map<std::string, Plan> plans_;
  NodeObserver observer_;
};

absl::StatusOr<std::shared_ptr<const Engine>> MakeEngine(const savedmodel::LoadedSavedModel& model,
                                                         const EngineOptions& options) {
  TIQU_ASSIGN_OR_RETURN(Graph graph, Graph::FromDef(model.meta_graph.graph_def()));
  TIQU_ASSIGN_OR_RETURN(auto resolved, ResolveSignatures(model.meta_graph, graph));
  LoadContext load;
  load.variables = &model.variables;
  load.variable_keys = RestoredKeys(graph);
  if (options.fuse) FuseLayers(resolved, &graph);
  TIQU_ASSIGN_OR_RETURN(const CompiledNodes nodes, CompileNodes(graph, resolved, &load));
  std::map<std::string, Signature> signatures;
  std::map<std::string, Plan> plans;
  for (auto& [name, signature] : resolved) {
    absl::StatusOr<Plan> plan = Plan::Make(graph, nodes, signature);
    if (!plan.ok()) return Annotate(plan.status(), absl::StrCat("signature '", name, "'"));
    plans.emplace(name, *std::move(plan));
    signatures.emplace(name, std::move(signature.signature));
  }
  return std::make_shared<const LoadedEngine>(std::move(signatures), std::move(plans), options.observer);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Engine>> Engine::Load(const std::string& model_dir, const EngineOptions& options) {
  TIQU_ASSIGN_OR_RETURN(const savedmodel::LoadedSavedModel model, savedmodel::ReadSavedModel(model_dir));
  absl::StatusOr<std::shared_ptr<const Engine>> engine = MakeEngine(model, options);
  if (!engine.ok()) return Annotate(engine.status(), model_dir);
  return engine;
}

}  // namespace tiqu::engine
