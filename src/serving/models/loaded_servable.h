// A version of a SavedModel on the engine.
//
//   TIQU_ASSIGN_OR_RETURN(auto servable, LoadedServable::Load("qa", 3, "/models/qa/3", {.gate = gate}));
//
// Tensors run on the calling thread, when the gate lets them; texts on threads of their own, short ones that wait
// together.
// Thread safety: as Servable.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "answer/reader.h"
#include "engine/engine.h"
#include "serving/batching/batcher.h"
#include "serving/models/run_gate.h"
#include "serving/models/servable.h"
#include "serving/models/servable_batching.h"
#include "serving/text/text_combiner.h"

namespace tiqu::serving {

struct ServableOptions {
  std::shared_ptr<RunGate> gate;  // shared by all servables of the process
  // The same; null: texts are read on the calling thread. Must outlive the servables, and be ended by none of them.
  TextThreads* text_threads = nullptr;
  std::vector<std::string> tags = {"serve"};
  Precision precision = Precision::kFloat32;
  answer::ReaderOptions reader;  // its precision is ignored
  ServableBatching batching;
};

class LoadedServable : public Servable {
 public:
  // Errors: NOT_FOUND ("Could not find SavedModel .pb or .pbtxt at supplied export directory path: ...", no meta graph
  // with the tags), those of engine::Engine::Load and answer::Reader::Load; INVALID_ARGUMENT (batching_params.pbtxt). A
  // folder that has tiqu.json but not the signatures of a reader is served without one.
  static absl::StatusOr<std::unique_ptr<LoadedServable>> Load(const std::string& model_name, int64_t version,
                                                              const std::string& version_dir,
                                                              const ServableOptions& options);

  const std::string& model_name() const override { return model_name_; }
  int64_t version() const override { return version_; }
  const SignatureDefs& signature_defs() const override { return signature_defs_; }
  const std::map<std::string, engine::Signature>& signatures() const override { return signatures_; }
  absl::StatusOr<TensorMap> Run(const std::string& signature, const TensorMap& inputs,
                                const RunLimits& limits) const override;
  bool TakesText(const std::string& signature) const override;
  void Start(const std::string& signature, TensorMap inputs, const RunLimits& limits, RunDone done) const override;
  const answer::Reader* reader() const override { return reader_.get(); }
  void StartReading(std::vector<answer::Request> requests, const decode::AnswerRules& rules, const RunLimits& limits,
                    ReadDone done) const override;
  const answer::Tagger* tagger() const override { return tagger_.get(); }
  void StartTagging(std::vector<std::string_view> texts, float threshold, const RunLimits& limits,
                    TagDone done) const override;

 private:
  using ReadCombiner = TextCombiner<answer::Request, decode::AnswerRules, answer::RequestResult>;
  using TagCombiner = TextCombiner<std::string_view, float, answer::TagResult>;

  LoadedServable(std::string model_name, int64_t version) : model_name_(std::move(model_name)), version_(version) {}

  // What the model does with texts. Null: on the calling thread.
  void AddText(TextThreads* threads);

  const std::string model_name_;
  const int64_t version_;
  SignatureDefs signature_defs_;  // the graph's and, on a model of ours, those of text
  std::map<std::string, engine::Signature> signatures_;
  RunAlone run_;                      // on the calling thread, through the gate
  std::unique_ptr<Batcher> batcher_;  // null: requests run alone
  std::shared_ptr<const engine::Engine> engine_;
  std::shared_ptr<const answer::Reader> reader_;
  std::shared_ptr<const answer::Tagger> tagger_;
  std::unique_ptr<ReadCombiner> read_combiner_;  // null: texts run on the calling thread
  std::unique_ptr<TagCombiner> tag_combiner_;
};

}  // namespace tiqu::serving
