// The public door to the engine: a thin shell over engine::Engine.
#include "tiqu/model.h"

#include <exception>
#include <utility>

#include "answer/public_status.h"
#include "engine/engine.h"
#include "savedmodel/saved_model.h"

namespace tiqu {
namespace {

std::map<std::string, TensorSpec> PublicSpecs(const std::map<std::string, engine::TensorSpec>& specs) {
  std::map<std::string, TensorSpec> result;
  for (const auto& [name, spec] : specs) result[name] = {spec.type, spec.shape, spec.unknown_rank};
  return result;
}

}  // namespace

struct Model::Impl {
  std::shared_ptr<const engine::Engine> engine;
  std::map<std::string, Signature> signatures;
};

Model::Model(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

Result<Model> Model::Load(const std::string& model_dir, const ModelOptions& options) {
  engine::EngineOptions engine_options;
  engine_options.precision = options.precision;
  try {
    const absl::StatusOr<std::string> dir = savedmodel::ResolveVersionDir(model_dir);
    if (!dir.ok()) return answer::ToPublic(dir.status());
    auto engine = engine::Engine::Load(*dir, engine_options);
    if (!engine.ok()) return answer::ToPublic(engine.status());
    auto impl = std::make_unique<Impl>();
    impl->engine = *std::move(engine);
    for (const auto& [name, signature] : impl->engine->signatures()) {
      impl->signatures[name] = {signature.method_name, PublicSpecs(signature.inputs), PublicSpecs(signature.outputs)};
    }
    return Model(std::move(impl));
  } catch (const std::exception& error) {
    return Status(StatusCode::kResourceExhausted, error.what());  // out of memory
  }
}

const std::map<std::string, Signature>& Model::signatures() const { return impl_->signatures; }

Result<TensorMap> Model::Run(const std::string& signature, const TensorMap& inputs) const {
  try {
    absl::StatusOr<engine::TensorMap> outputs = impl_->engine->Run(signature, inputs);
    if (!outputs.ok()) return answer::ToPublic(outputs.status());
    return *std::move(outputs);
  } catch (const std::exception& error) {
    return Status(StatusCode::kResourceExhausted, error.what());  // out of memory
  }
}

}  // namespace tiqu
