// Runs the signatures of a SavedModel on this CPU.
//
//   TIQU_ASSIGN_OR_RETURN(auto engine, Engine::Load("models/starter/1", {}));
//   TIQU_ASSIGN_OR_RETURN(TensorMap out, engine->Run("qa", inputs));        // out["pa"]: [batch, passage_chars, 3]
//
// Load freezes variables, prunes to what the signatures fetch, folds constants, fuses layers and plans the
// execution order; the first run of similar shapes plans its memory for the next ones (run_memory.h).
//
// Thread safety: an Engine does not change after Load, but for its runs' memory; Run may be called from any number of
// threads, each call runs on the calling thread with memory of its own. All share the weights.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "tensor/tensor.h"
#include "tiqu/options.h"

namespace tiqu::engine {

using TensorMap = std::map<std::string, Tensor>;

// Called after each operation of a run, on the thread that runs it: the node's name, its operation, the seconds it
// took. Nodes that ran together are reported once, as "a + b".
using NodeObserver = std::function<void(std::string_view node, std::string_view op, double seconds)>;

struct EngineOptions {
  bool fuse = true;                           // annotated scopes become one operation each; false: for comparisons
  bool fuse_elementwise = true;               // so do neighbours that work element by element (fuse_elementwise.h)
  Precision precision = Precision::kFloat32;  // of products with weights
  bool check_input_shapes = true;             // against the signature's; false: only the operations may refuse one
  NodeObserver observer = nullptr;            // none: no times are taken; called from every thread that calls Run
};

struct TensorSpec {
  std::string tensor_name;  // "q1_in:0"
  DataType type = DataType::kInvalid;
  Shape shape;  // -1 unknown
  bool unknown_rank = false;
};

struct Signature {
  std::string method_name;
  std::map<std::string, TensorSpec> inputs;
  std::map<std::string, TensorSpec> outputs;
};

// Bytes of the memory of one signature's runs.
struct MemoryUse {
  int64_t arena_bytes = 0;   // one run's intermediate tensors where they lie, for the shapes that ran last
  int64_t tensor_bytes = 0;  // those tensors one after the other
  int64_t kept_bytes = 0;    // arenas that wait for the next run
};

class Engine {
 public:
  // `model_dir` is a version folder. Errors: NOT_FOUND, DATA_LOSS, UNIMPLEMENTED (every unknown op by name with its
  // nodes, in one message), INVALID_ARGUMENT (a missing variable, a wrong shape or dtype; an instruction set in
  // TIQU_CPU_ISA that the processor lacks), RESOURCE_EXHAUSTED (constants of more than 4 GiB).
  static absl::StatusOr<std::shared_ptr<const Engine>> Load(const std::string& model_dir, const EngineOptions& options);
  virtual ~Engine() = default;

  virtual const std::map<std::string, Signature>& signatures() const = 0;

  // Every input of the signature must be there. Errors: NOT_FOUND (no such signature), INVALID_ARGUMENT (a missing,
  // surplus or ill-typed input; an index out of range; names the input, what was sent and what is expected).
  virtual absl::StatusOr<TensorMap> Run(const std::string& signature, const TensorMap& inputs) const = 0;

  // The same, into a map that may hold the outputs of a run before, which are replaced: with it a run whose shapes are
  // like earlier ones calls no operator new. After an error the map is as it was.
  virtual absl::Status RunInto(const std::string& signature, const TensorMap& inputs, TensorMap* outputs) const;

  // Zeros when there is no such signature or it has not run.
  virtual MemoryUse memory_use(const std::string& signature) const;
};

}  // namespace tiqu::engine
