#include "serving/models/loaded_servable.h"

#include <new>
#include <utility>

#include "base/file.h"
#include "base/status.h"
#include "engine/load.h"
#include "engine/run_stop.h"
#include "fmt/format.h"
#include "savedmodel/reader_files.h"
#include "savedmodel/saved_model.h"
#include "serving/text/text_signatures.h"

namespace tiqu::serving {
namespace {

// The engine as a reader sees it: each run goes through the gate.
class GatedEngine : public engine::Engine {
 public:
  GatedEngine(std::shared_ptr<const engine::Engine> engine, std::shared_ptr<RunGate> gate)
      : engine_(std::move(engine)), gate_(std::move(gate)) {}

  const std::map<std::string, engine::Signature>& signatures() const override { return engine_->signatures(); }
  absl::StatusOr<TensorMap> Run(const std::string& signature, const TensorMap& inputs) const override {
    TIQU_ASSIGN_OR_RETURN(const RunGate::Pass pass, Enter());
    return engine_->Run(signature, inputs);
  }
  absl::Status RunInto(const std::string& signature, const TensorMap& inputs, TensorMap* outputs) const override {
    TIQU_ASSIGN_OR_RETURN(const RunGate::Pass pass, Enter());
    return engine_->RunInto(signature, inputs, outputs);
  }
  engine::MemoryUse memory_use(const std::string& signature) const override { return engine_->memory_use(signature); }

 private:
  // Whoever waits for the gate is under the same limits as the run itself.
  absl::StatusOr<RunGate::Pass> Enter() const {
    RunLimits limits;
    limits.cancelled = [] { return !engine::ScopedRunStop::Ask().ok(); };
    return gate_->Enter(limits);
  }

  std::shared_ptr<const engine::Engine> engine_;
  std::shared_ptr<RunGate> gate_;
};

// Holds what a run needs, but not the servable: a batch may outlive it when all who sent it have given up.
RunAlone MakeRun(std::shared_ptr<const engine::Engine> engine, std::shared_ptr<RunGate> gate) {
  return [graph = std::move(engine), gate = std::move(gate)](const std::string& signature, const TensorMap& inputs,
                                                             const RunLimits& limits) -> absl::StatusOr<TensorMap> {
    TIQU_ASSIGN_OR_RETURN(const RunGate::Pass pass, gate->Enter(limits));
    const engine::ScopedRunStop stop([&limits] { return limits.Check(); });
    try {
      absl::StatusOr<TensorMap> outputs = graph->Run(signature, inputs);
      if (outputs.ok()) TIQU_RETURN_IF_ERROR(limits.Check());
      return outputs;
    } catch (const std::bad_alloc&) {
      return absl::ResourceExhaustedError(fmt::format("memory did not suffice for a run of {}", signature));
    }
  };
}

absl::Status CheckGraphIsThere(const std::string& dir) {
  if (FileExists(dir + "/saved_model.pb") || FileExists(dir + "/saved_model.pbtxt")) return absl::OkStatus();
  return absl::NotFoundError(
      fmt::format("Could not find SavedModel .pb or .pbtxt at supplied export directory path: {}", dir));
}

// Null when the folder is not one of a model of that kind.
template <typename Model, typename Options>
absl::StatusOr<std::shared_ptr<const Model>> LoadOurs(const std::string& dir,
                                                      std::shared_ptr<const engine::Engine> engine,
                                                      const Options& options) {
  if (!FileExists(fmt::format("{}/assets.extra/{}", dir, savedmodel::kConfigExtra))) return nullptr;
  auto model = Model::Load(dir, std::move(engine), options);
  if (absl::IsFailedPrecondition(model.status())) return nullptr;
  return model;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LoadedServable>> LoadedServable::Load(const std::string& model_name, int64_t version,
                                                                     const std::string& version_dir,
                                                                     const ServableOptions& options) {
  TIQU_RETURN_IF_ERROR(CheckGraphIsThere(version_dir));
  TIQU_ASSIGN_OR_RETURN(savedmodel::LoadedSavedModel model, savedmodel::ReadSavedModel(version_dir, options.tags));
  std::unique_ptr<LoadedServable> servable(new LoadedServable(model_name, version));
  servable->signature_defs_ = model.meta_graph.signature_def();
  engine::EngineOptions engine_options;
  engine_options.precision = options.precision;
  // TensorFlow Serving leaves shapes to the operations. On a model of ours the signature knows better.
  engine_options.check_input_shapes =
      FileExists(fmt::format("{}/assets.extra/{}", version_dir, savedmodel::kConfigExtra));
  auto engine = engine::MakeEngine(std::move(model), engine_options);
  if (!engine.ok()) return Annotate(engine.status(), version_dir);
  servable->engine_ = *std::move(engine);
  servable->run_ = MakeRun(servable->engine_, options.gate);
  auto gated = std::make_shared<GatedEngine>(servable->engine_, options.gate);
  servable->signatures_ = servable->engine_->signatures();
  TIQU_ASSIGN_OR_RETURN(servable->reader_, LoadOurs<answer::Reader>(version_dir, gated, options.reader));
  answer::TaggerOptions tagger;
  tagger.max_text_chars = options.reader.max_passage_chars;
  TIQU_ASSIGN_OR_RETURN(servable->tagger_, LoadOurs<answer::Tagger>(version_dir, gated, tagger));
  TIQU_ASSIGN_OR_RETURN(servable->batcher_,
                        MakeBatcher(options.batching, model_name, version_dir, servable->engine_->signatures(),
                                    servable->reader_ != nullptr, servable->run_));
  servable->AddText(options.gate->width());
  return servable;
}

void LoadedServable::AddText(int width) {
  if (reader_ != nullptr) {
    AddTextSignatures(&signature_defs_, &signatures_);
    read_combiner_ = std::make_unique<ReadCombiner>(width, [reader = reader_](const auto& requests, const auto& rules) {
      return reader->ReadAll(requests, rules);
    });
  }
  if (tagger_ != nullptr) {
    AddTaggerSignature(&signature_defs_, &signatures_);
    tag_combiner_ = std::make_unique<TagCombiner>(
        width, [tagger = tagger_](const auto& texts, float threshold) { return tagger->TagAll(texts, threshold); });
  }
}

absl::StatusOr<std::vector<answer::RequestResult>> LoadedServable::ReadTexts(std::span<const answer::Request> requests,
                                                                             const decode::AnswerRules& rules,
                                                                             const RunLimits& limits) const {
  if (read_combiner_ == nullptr) return Servable::ReadTexts(requests, rules, limits);  // says what is missing
  return read_combiner_->Run(requests, rules, limits);
}

absl::StatusOr<std::vector<answer::TagResult>> LoadedServable::TagTexts(std::span<const std::string_view> texts,
                                                                        float threshold,
                                                                        const RunLimits& limits) const {
  if (tag_combiner_ == nullptr) return Servable::TagTexts(texts, threshold, limits);
  return tag_combiner_->Run(texts, threshold, limits);
}

absl::StatusOr<TensorMap> LoadedServable::Run(const std::string& signature, const TensorMap& inputs,
                                              const RunLimits& limits) const {
  const auto def = signature_defs_.find(signature);
  if (def != signature_defs_.end() && IsTextSignature(def->second)) {
    if (tagger_ != nullptr) {
      return RunTaggerSignature(inputs,
                                [&](const auto& texts) { return TagTexts(texts, tagger_->threshold(), limits); });
    }
    if (reader_ != nullptr) {
      return RunTextSignature(def->second, inputs, reader_->rules(), [&](const auto& requests, const auto& rules) {
        return ReadTexts(requests, rules, limits);
      });
    }
  }
  return batcher_ == nullptr ? run_(signature, inputs, limits) : batcher_->Run(signature, inputs, limits);
}

}  // namespace tiqu::serving
