#include "train/reader_task.h"

#include "base/status.h"
#include "train/reader_network.h"
#include "train/tag_prior.h"

namespace tiqu::train {
namespace {

// Keys of what is random in a step.
constexpr uint64_t kDropoutKey = 1;
constexpr uint64_t kUnknownStream = 1ULL << 40;

}  // namespace

LossTerms ReaderShareLoss(const TrainerOptions& options, const BatchBuilder& builder, const Parameters& parameters,
                          const BatchPlan& share, const StepKey& key) {
  const RegularizationOptions& reg = options.regularization;
  const auto batch = std::make_shared<const ReaderBatch>(builder.Build(
      share, {true, reg.unknown_rate, options.seed, kUnknownStream + key.step * key.workers + key.worker}));
  const ReaderDropout dropout = {static_cast<float>(reg.embedding_dropout), static_cast<float>(reg.gate_dropout),
                                 static_cast<float>(reg.merge_dropout),
                                 DropoutKey{options.seed}.At(kDropoutKey).At(key.step).At(key.worker)};
  const ReaderOutput output = RunReader(options.spec, parameters, *batch, dropout);
  const ReaderLoss loss = ComputeReaderLoss(options.spec, parameters, *batch, output);
  return {loss.tags, loss.spans, batch};
}

ReaderTask::ReaderTask(const TrainerOptions& options, const TrainingData& data, WorkerPool* pool)
    : options_(options),
      data_(data),
      builder_(data.train, data.idf, options.spec),
      validator_(data.valid_samples, data.valid, data.idf, options, pool) {}

Parameters ReaderTask::Start() const {
  Parameters parameters = Parameters::Initialize(options_.spec, options_.seed);
  parameters.SetFrozen("mix_embedding/word_vectors", data_.word_vectors);
  parameters.SetFrozen("match_features/char_idf", torch::tensor(data_.idf.chars));
  parameters.SetFrozen("match_features/word_idf", torch::tensor(data_.idf.words));
  if (data_.start != nullptr) {
    CopyWeights(*data_.start, &parameters);
  } else {
    StartFromPrior(CountTags(data_.train), options_.spec, &parameters);
  }
  return parameters;
}

LossTerms ReaderTask::ComputeLoss(const Parameters& parameters, const BatchPlan& share, const StepKey& key) const {
  return ReaderShareLoss(options_, builder_, parameters, share, key);
}

void ReaderTask::Describe(const Parameters& parameters, model::ModelConfig* config) const {
  config->decoding.single = data_.single;
  const decode::ChainScores chain = ChainScoresOf(options_.spec, parameters);
  config->crf.transitions = chain.transitions;
  config->crf.begin = chain.begin;
  config->crf.end = chain.end;
}

absl::StatusOr<ValidationScores> ReaderTask::Validate(const Parameters& parameters) const {
  const decode::ChainScores chain = ChainScoresOf(options_.spec, parameters);
  TIQU_ASSIGN_OR_RETURN(const auto log_pa, validator_.LogProbabilities(parameters));
  return validator_.Score(log_pa, validator_.Decode(log_pa, chain, 1.0F, data_.single), chain, data_.single);
}

absl::StatusOr<ValidationScores> ReaderTask::Tune(const Parameters& parameters, model::DecodingSettings* out) const {
  const decode::ChainScores chain = ChainScoresOf(options_.spec, parameters);
  TIQU_ASSIGN_OR_RETURN(const auto log_pa, validator_.LogProbabilities(parameters));
  out->temperature = validator_.TuneTemperature(log_pa, chain);
  const auto candidates = validator_.Decode(log_pa, chain, out->temperature, data_.single);
  ValidationScores scores = validator_.Score(log_pa, candidates, chain, data_.single);
  out->threshold = scores.threshold;
  return scores;
}

}  // namespace tiqu::train
