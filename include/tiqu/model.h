// Tensors in, tensors out: runs any SavedModel of the operations that the engine knows, not only Tiqu's own.
//
//   auto model = tiqu::Model::Load("half_plus_two/123");
//   auto outputs = model->Run("serving_default", {{"x", tiqu::Tensor::Of<float>({3, 1}, {1, 2, 3})}});
//   const float* y = outputs->at("y").data<float>();         // 2.5, 3, 3.5
//
// Thread safety: a Model is immutable after Load; every method may be called from any number of threads at once, and
// each call runs on its own thread.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "tiqu/export.h"
#include "tiqu/options.h"
#include "tiqu/status.h"
#include "tiqu/tensor.h"

namespace tiqu {

struct TensorSpec {
  DataType type = DataType::kInvalid;
  Shape shape;                // -1: any size
  bool unknown_rank = false;  // any shape; `shape` is empty
};

// What a model can be asked for.
struct Signature {
  std::string method_name;  // "tensorflow/serving/predict"
  std::map<std::string, TensorSpec> inputs;
  std::map<std::string, TensorSpec> outputs;
};

using TensorMap = std::map<std::string, Tensor>;

struct ModelOptions {
  // Changes results slightly, speed a lot.
  Precision precision = Precision::kFloat32;
};

class TIQU_API Model {
 public:
  // Loads a version folder, or the highest version of a folder of versions; the meta graph with the one tag "serve".
  // Errors: kNotFound (no such folder, no saved_model.pb in it), kDataLoss (damaged files), kUnimplemented (operations
  // that the engine does not know, every one by name with its nodes), kInvalidArgument (a graph that does not fit
  // together: a variable without a value, a wrong shape or type; an instruction set in TIQU_CPU_ISA that the processor
  // lacks), kResourceExhausted (memory).
  static Result<Model> Load(const std::string& model_dir, const ModelOptions& options = {});

  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  ~Model();

  // By name, as the model's files declare them.
  const std::map<std::string, Signature>& signatures() const;

  // Takes every input of the signature, gives every output. Nothing is copied on the way in or out.
  // Errors: kNotFound (no such signature), kInvalidArgument (an input that is missing, is none of the signature's or
  // has another type or shape; an index out of range; values that an operation refuses), kResourceExhausted (memory).
  Result<TensorMap> Run(const std::string& signature, const TensorMap& inputs) const;

 private:
  struct TIQU_LOCAL Impl;
  explicit Model(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tiqu
