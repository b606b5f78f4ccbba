// What `tiqu eval` does: labelled samples through a model on all cores, or against a file of predictions.
//
// Thread safety: free functions.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "answer/reader.h"
#include "answer/tagger.h"
#include "data/reader.h"
#include "eval/metrics.h"
#include "eval/prediction.h"

namespace tiqu::cli {

struct EvaluationInput {
  std::vector<std::string> files;
  data::ReadOptions read;
};

struct ModelEvaluationOptions {
  decode::AnswerRules rules;
  int workers = 0;               // 0: one a core
  bool keep_candidates = false;  // for tuning the threshold: all samples and candidate spans stay in memory
  // Gets the predictions in order, as JSONL, when set.
  std::function<absl::Status(std::string_view lines)> predictions;
  std::function<void(int64_t samples, int64_t passage_bytes)> progress;
};

struct ModelEvaluation {
  eval::Evaluation evaluation;
  int64_t passage_bytes = 0;
  std::vector<data::Sample> samples;  // both empty unless kept
  std::vector<eval::Prediction> candidates;
};

// Streams the samples through the model; memory does not grow with them (unless candidates are kept).
// Errors: those of reading, of the model (naming the sample), CANCELLED after an interrupt.
absl::StatusOr<ModelEvaluation> EvaluateModel(const answer::Reader& reader, const EvaluationInput& input,
                                              const ModelEvaluationOptions& options, data::Report* report);

struct TaggerEvaluationOptions {
  float threshold = 0;                                              // smallest score of an entity
  int workers = 0;                                                  // 0: one a core
  std::function<absl::Status(std::string_view lines)> predictions;  // as above
  std::function<void(int64_t texts, int64_t bytes)> progress;
};

struct TaggerEvaluation {
  // A sample is one type of entities in one text (where the labels or the model have one), so that the spans' micro-F1
  // is the entities' F1 as conlleval counts it, and figures by label are those by type.
  eval::Evaluation evaluation;
  int64_t texts = 0;
  int64_t bytes = 0;
};

// The same with a tagger: input.read is taken with as_entities.
absl::StatusOr<TaggerEvaluation> EvaluateTagger(const answer::Tagger& tagger, const EvaluationInput& input,
                                                const TaggerEvaluationOptions& options, data::Report* report);

// Scores a file that `tiqu extract` (or another program) wrote: {"id","answers":[...],"no_answer":p} a line. Lines and
// samples meet by id when every sample has an id of its own and any line has one (lines without are left out, with a
// warning), else one by one in order.
// Errors: INVALID_ARGUMENT (names the line), FAILED_PRECONDITION (a sample without a prediction).
absl::StatusOr<eval::Evaluation> EvaluatePredictions(const std::vector<data::Sample>& samples, const std::string& path);

}  // namespace tiqu::cli
