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
#include "serving/models/wait_for.h"
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
  servable->AddText(options.text_threads);
  return servable;
}

void LoadedServable::AddText(TextThreads* threads) {
  if (reader_ != nullptr) AddTextSignatures(&signature_defs_, &signatures_);
  if (tagger_ != nullptr) AddTaggerSignature(&signature_defs_, &signatures_);
  if (threads == nullptr) return;
  if (reader_ != nullptr) {
    read_combiner_ = std::make_unique<ReadCombiner>(
        threads,
        [reader = reader_](const auto& requests, const auto& rules) { return reader->ReadAll(requests, rules); });
  }
  if (tagger_ != nullptr) {
    tag_combiner_ = std::make_unique<TagCombiner>(
        threads, [tagger = tagger_](const auto& texts, float threshold) { return tagger->TagAll(texts, threshold); });
  }
}

void LoadedServable::StartReading(std::vector<answer::Request> requests, const decode::AnswerRules& rules,
                                  const RunLimits& limits, ReadDone done) const {
  if (read_combiner_ == nullptr) return Servable::StartReading(std::move(requests), rules, limits, std::move(done));
  read_combiner_->Start(std::move(requests), rules, limits, std::move(done));
}

void LoadedServable::StartTagging(std::vector<std::string_view> texts, float threshold, const RunLimits& limits,
                                  TagDone done) const {
  if (tag_combiner_ == nullptr) return Servable::StartTagging(std::move(texts), threshold, limits, std::move(done));
  tag_combiner_->Start(std::move(texts), threshold, limits, std::move(done));
}

bool LoadedServable::TakesText(const std::string& signature) const {
  if (reader_ == nullptr && tagger_ == nullptr) return false;  // the name may be anybody's
  const auto def = signature_defs_.find(signature);
  return def != signature_defs_.end() && IsTextSignature(def->second);
}

void LoadedServable::Start(const std::string& signature, TensorMap inputs, const RunLimits& limits,
                           RunDone done) const {
  if (!TakesText(signature)) return Servable::Start(signature, std::move(inputs), limits, std::move(done));
  if (tagger_ != nullptr) {
    return StartTaggerSignature(
        std::move(inputs),
        [&](auto texts, TagDone tagged) {
          StartTagging(std::move(texts), tagger_->threshold(), limits, std::move(tagged));
        },
        std::move(done));
  }
  StartTextSignature(
      signature_defs_.at(signature), std::move(inputs), reader_->rules(),
      [&](auto requests, const auto& rules, ReadDone read) {
        StartReading(std::move(requests), rules, limits, std::move(read));
      },
      std::move(done));
}

absl::StatusOr<TensorMap> LoadedServable::Run(const std::string& signature, const TensorMap& inputs,
                                              const RunLimits& limits) const {
  if (TakesText(signature)) {
    return WaitFor<absl::StatusOr<TensorMap>>([&](RunDone done) { Start(signature, inputs, limits, std::move(done)); });
  }
  return batcher_ == nullptr ? run_(signature, inputs, limits) : batcher_->Run(signature, inputs, limits);
}

}  // namespace tiqu::serving
