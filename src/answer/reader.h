// Questions and passages in, answers out; what the public Extractor, `tiqu extract`, `tiqu eval` and the server share.
//
//   TIQU_ASSIGN_OR_RETURN(auto reader, Reader::Load("models/starter", {}));
//   auto replies = reader->ReadAll({{{.passage = "罗显敏,男,...", .questions = {"罗显敏的出生地是哪里"}}}},
//   reader->rules());
//
// A long passage is cut into windows; a window is encoded once for all that is asked of it, and those with one question
// run together in batches of similar length (window_runner.h). What runs beside a question never changes its answer.
//
// Thread safety: immutable after Load; every method may be called from any number of threads, each on its own thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "answer/window_runner.h"
#include "decode/answers.h"
#include "engine/engine.h"
#include "model/model_config.h"
#include "text/tokenizer.h"
#include "tiqu/extractor.h"

namespace tiqu::answer {

struct ReaderOptions {
  Precision precision = Precision::kFloat32;
  int max_passage_chars = 0;  // a longer passage is an error; 0: no limit
  BatchLimits batch;
  // Passage characters, over all questions, whose tag probabilities are held at once (12 bytes each). Questions on one
  // passage share its encoding as far as they are in one slice.
  int64_t slice_chars = 1 << 20;
};

struct Request {
  std::string_view passage;
  std::vector<std::string_view> questions;
};

// What one request comes to: a reply a question, or what was wrong with it.
using RequestResult = absl::StatusOr<std::vector<Reply>>;

class Reader {
 public:
  // A version folder, or a folder of versions. Errors: NOT_FOUND (no model there), FAILED_PRECONDITION (a SavedModel
  // that is not a Tiqu reader), DATA_LOSS (damaged files; names the file), UNIMPLEMENTED (ops that the engine lacks).
  static absl::StatusOr<std::shared_ptr<const Reader>> Load(const std::string& model_dir, const ReaderOptions& options);

  // A version folder whose graph is loaded already. Errors: those of Load and Create.
  static absl::StatusOr<std::shared_ptr<const Reader>> Load(const std::string& version_dir,
                                                            std::shared_ptr<const engine::Engine> engine,
                                                            const ReaderOptions& options);

  // From its parts. Errors: FAILED_PRECONDITION (the engine has no signature "qa" of the reader's form), DATA_LOSS
  // (vocabularies that do not fit the configuration).
  static absl::StatusOr<std::shared_ptr<const Reader>> Create(model::ModelConfig config, text::Tokenizer tokenizer,
                                                              std::shared_ptr<const engine::Engine> engine,
                                                              const ReaderOptions& options);

  // The model's own thresholds.
  decode::AnswerRules rules() const;
  const model::ModelConfig& config() const { return config_; }

  // One result a request, in order. Requests that follow each other with the same passage share the work on it. An
  // error of one request (INVALID_ARGUMENT: not UTF-8, empty, too long; RESOURCE_EXHAUSTED: memory did not suffice for
  // it) leaves the others alone. With a low rules.threshold the answers are candidates: those at or above a higher
  // threshold are exactly the answers under that threshold.
  std::vector<RequestResult> ReadAll(std::span<const Request> requests, const decode::AnswerRules& rules) const;

 private:
  struct Passage;
  struct Prepared;
  struct Ask;

  Reader(model::ModelConfig config, text::Tokenizer tokenizer, WindowRunner runner, const ReaderOptions& options);

  absl::StatusOr<std::shared_ptr<const Passage>> PreparePassage(std::string_view source) const;
  absl::StatusOr<Prepared> Prepare(const Request& request, const Prepared* before) const;
  absl::Status AddQuestion(std::string_view question, Prepared* prepared) const;
  absl::StatusOr<Prepared> PrepareOrRunOut(const Request& request, const Prepared* before) const;
  void RunSliceOrRunOut(std::span<Ask> asks, const decode::AnswerRules& rules) const;
  void RunSlice(std::span<Ask> asks, const decode::AnswerRules& rules) const;

  model::ModelConfig config_;
  text::Tokenizer tokenizer_;
  WindowRunner runner_;
  ReaderOptions options_;
  decode::Chain chain_;
};

}  // namespace tiqu::answer
