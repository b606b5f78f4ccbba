#include "train/tagger_task.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>

#include "base/random.h"
#include "base/status.h"
#include "base/utf8.h"
#include "decode/entities.h"
#include "decode/linear_chain.h"
#include "decode/pieces.h"
#include "fmt/format.h"
#include "train/batch_builder.h"
#include "train/reader_task.h"
#include "train/tagger_batch.h"
#include "train/tagger_start.h"

namespace tiqu::train {
namespace {

// Keys of what is random in a step.
constexpr uint64_t kTaggerDropoutKey = 2;
constexpr uint64_t kTaggerUnknownStream = 1ULL << 41;

void ForgetSome(double rate, int64_t replacement, Random* random, std::vector<int64_t>* ids) {
  if (rate <= 0) return;
  for (int64_t& id : *ids) {
    if (random->Chance(rate)) id = replacement;
  }
}

// Log frequencies of what follows what, each count starting at one; forbidden moves stay forbidden.
void StartChain(const Corpus& corpus, const model::TagSet& tags, Parameters* parameters) {
  const auto size = static_cast<size_t>(tags.size());
  std::vector<double> moves(size * size, 0.0);
  for (size_t from = 0; from < size; ++from) {
    for (size_t to = 0; to < size; ++to) {
      moves[from * size + to] = tags.MayFollow(static_cast<int>(from), static_cast<int>(to)) ? 1 : 0;
    }
  }
  for (const EncodedSample& sample : corpus.samples) {
    std::vector<model::TagSpan> spans;
    for (const GoldSpan& span : sample.gold) spans.push_back({span.begin, span.end, span.type});
    const auto path = tags.Encode(spans, static_cast<size_t>(corpus.passage_chars(sample.passage)));
    for (size_t t = 1; t < path.size(); ++t) ++moves[path[t - 1] * size + path[t]];
  }
  float* transitions = parameters->Get("crf/transitions").data_ptr<float>();
  float* begin = parameters->Get("crf/begin").data_ptr<float>();
  float* end = parameters->Get("crf/end").data_ptr<float>();
  for (size_t from = 0; from < size; ++from) {
    double sum = 0;
    for (size_t to = 0; to < size; ++to) sum += moves[from * size + to];
    for (size_t to = 0; to < size; ++to) {
      const double count = moves[from * size + to];
      transitions[from * size + to] = count > 0 ? static_cast<float>(std::log(count / sum)) : model::kForbiddenScore;
    }
    begin[from] = tags.MayBegin(static_cast<int>(from)) ? 0.0F : model::kForbiddenScore;
    end[from] = tags.MayEnd(static_cast<int>(from)) ? 0.0F : model::kForbiddenScore;
  }
}

std::vector<data::Sample> SamplesByType(const std::vector<data::Sample>& texts, const Corpus& corpus,
                                        const model::TagSet& tags) {
  std::vector<data::Sample> samples;
  for (const int32_t source : corpus.source) {
    const data::Sample& text = texts[static_cast<size_t>(source)];
    for (const std::string& type : tags.types()) {
      data::Sample sample;
      sample.id = text.id;
      sample.label = sample.question = type;
      sample.passage = text.passage;
      for (const data::AnswerSpan& entity : text.answers) {
        if (entity.label == type) sample.answers.push_back(entity);
      }
      samples.push_back(std::move(sample));
    }
  }
  return samples;
}

void AskTeacher(const TaggerTeacher& teacher, double weight, const BatchPlan& units, TaggerBatch* batch) {
  for (size_t s = 0; s < units.size(); ++s) {
    batch->wanted.push_back(teacher.Expect(units[s]));
    const auto row = static_cast<size_t>(batch->texts.begin[s]);
    MixPath({batch->tags.data() + row, static_cast<size_t>(units[s].chars())}, weight, &batch->wanted.back());
  }
}

}  // namespace

TaggerTask::TaggerTask(const TrainerOptions& options, const TrainingData& data, WorkerPool* pool)
    : options_(options),
      data_(data),
      pool_(pool),
      by_type_(SamplesByType(data.valid_samples, data.valid, data.tagger.tags)) {}

Parameters TaggerTask::Start() const {
  Parameters parameters = Parameters::Initialize(options_.spec, options_.seed);
  parameters.SetFrozen("ngram_embedding/word_vectors", data_.word_vectors);
  const auto set_table = [&](const std::string& name, const model::NgramTable& table) {
    parameters.SetFrozen(name + "_keys", torch::tensor(table.keys));
    parameters.SetFrozen(name + "_ids", torch::tensor(table.ids));
  };
  set_table("ngram_embedding/word", data_.tagger.word_table);
  set_table("ngram_embedding/bigram", data_.tagger.pair_table);
  StartChain(data_.train, data_.tagger.tags, &parameters);
  if (data_.start != nullptr) CopyTaggerWeights(*data_.start, options_.spec, &parameters);
  return parameters;
}

LossTerms TaggerTask::ComputeLoss(const Parameters& parameters, const BatchPlan& share, const StepKey& key) const {
  const RegularizationOptions& reg = options_.regularization;
  const auto batch = std::make_shared<TaggerBatch>(
      BuildTaggerBatch(data_.train, data_.tagger.train_ids, data_.tagger, options_.spec, share, /*labels=*/true));
  Random random(options_.seed, kTaggerUnknownStream + key.step * key.workers + key.worker);
  ForgetSome(reg.unknown_rate, text::kUnknownId, &random, &batch->rows.chars);
  ForgetSome(reg.unknown_rate, 0, &random, &batch->rows.pairs);
  if (data_.teacher != nullptr) AskTeacher(*data_.teacher, reg.teacher_weight, share, batch.get());
  const TaggerDropout dropout = {static_cast<float>(reg.embedding_dropout), static_cast<float>(reg.gate_dropout),
                                 static_cast<float>(reg.merge_dropout),
                                 DropoutKey{options_.seed}.At(kTaggerDropoutKey).At(key.step).At(key.worker)};
  const auto loss_of = [&](const torch::Tensor& embedded) {
    const torch::Tensor logits = ScoreTags(options_.spec, parameters, *batch, dropout, embedded);
    return TaggerLoss(logits, parameters.Get("crf/transitions"), *batch);
  };
  const torch::Tensor embedded = EmbedTexts(parameters, *batch, dropout);
  torch::Tensor loss = loss_of(embedded);
  if (reg.adversarial_size > 0) {
    const auto gradient = torch::autograd::grad({loss}, {embedded}, {}, /*retain_graph=*/true);
    const torch::Tensor shift = AdversarialShift(embedded, gradient[0], batch->texts, reg.adversarial_size);
    loss = (loss + loss_of(embedded + shift)) / 2;
  }
  return {loss, torch::Tensor(), batch};
}

void TaggerTask::Describe(const Parameters& /*parameters*/, model::ModelConfig* config) const {
  config->decoding.threshold = 0.0F;
  config->text.window_overlap_chars = 0;
}

struct TaggerTask::TextResult {
  std::vector<decode::TaggedSpan> entities;  // of the normalised text
  double loss = 0;
};

TaggerTask::TextResult TaggerTask::Read(const Parameters& parameters, const decode::LinearChain& chain,
                                        size_t text) const {
  const EncodedSample& sample = data_.valid.samples[text];
  const std::u32string& chars = data_.valid.passages[static_cast<size_t>(sample.passage)].text.chars;
  TextResult result;
  for (const decode::Piece& piece : decode::CutIntoPieces(chars, options_.data.max_passage_chars)) {
    PassageUnit unit{sample.passage, piece.begin, piece.end, {static_cast<int32_t>(text)}};
    const TaggerBatch batch =
        BuildTaggerBatch(data_.valid, data_.tagger.valid_ids, data_.tagger, options_.spec, {unit}, /*labels=*/true);
    const torch::Tensor logits = RunTagger(options_.spec, parameters, batch, {}).contiguous();
    const std::span<const float> scores(logits.data_ptr<float>(), static_cast<size_t>(logits.numel()));
    result.loss += chain.Loss(scores, batch.tags, nullptr, nullptr);
    for (decode::TaggedSpan entity : decode::FindEntities(chain, data_.tagger.tags, scores)) {
      entity.begin += piece.begin;
      entity.end += piece.begin;
      result.entities.push_back(entity);
    }
  }
  return result;
}

absl::StatusOr<ValidationScores> TaggerTask::Validate(const Parameters& parameters) const {
  const torch::Tensor& transitions = parameters.Get("crf/transitions");
  const decode::LinearChain chain({transitions.data_ptr<float>(), static_cast<size_t>(transitions.numel())},
                                  data_.tagger.tags.size());
  std::vector<TextResult> results(data_.valid.samples.size());
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  absl::Status status;
  pool_->Run([&](int) {
    const torch::NoGradGuard no_gradient;
    for (size_t i = next++; i < results.size(); i = next++) {
      try {
        results[i] = Read(parameters, chain, i);
      } catch (const std::exception& error) {
        const std::lock_guard lock(mutex);
        status = absl::InternalError(error.what());
      }
    }
  });
  if (!status.ok()) return status;
  const size_t types = data_.tagger.tags.types().size();
  ValidationScores scores;
  scores.threshold = 0;
  scores.predictions.resize(by_type_.size());
  for (size_t i = 0; i < results.size(); ++i) {
    const text::NormalizedText& text = data_.valid.passages[static_cast<size_t>(data_.valid.samples[i].passage)].text;
    for (const decode::TaggedSpan& entity : results[i].entities) {
      const size_t sample = i * types + static_cast<size_t>(entity.type);
      const int32_t begin = text.begin[static_cast<size_t>(entity.begin)];
      const int32_t end = text.end[static_cast<size_t>(entity.end) - 1];
      scores.predictions[sample].spans.push_back(
          {std::string(Utf8Substring(by_type_[sample].passage, begin, end)), begin, end, entity.score});
    }
    scores.loss += results[i].loss / static_cast<double>(results.size());
  }
  scores.evaluation = eval::Evaluate(by_type_, scores.predictions);
  const eval::Counts& spans = scores.evaluation.overall().spans;
  scores.score = scores.f1 = spans.f1();
  scores.precision = spans.precision();
  scores.recall = spans.recall();
  return scores;
}

absl::StatusOr<ValidationScores> TaggerTask::Tune(const Parameters& parameters, model::DecodingSettings* out) const {
  out->temperature = 1.0F;
  out->threshold = 0.0F;
  return Validate(parameters);
}

std::unique_ptr<TrainingTask> MakeTrainingTask(const TrainerOptions& options, const TrainingData& data,
                                               WorkerPool* pool) {
  if (options.spec.is_tagger()) return std::make_unique<TaggerTask>(options, data, pool);
  return std::make_unique<ReaderTask>(options, data, pool);
}

}  // namespace tiqu::train
