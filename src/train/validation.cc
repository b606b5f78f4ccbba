#include "train/validation.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <numeric>

#include "base/status.h"
#include "base/utf8.h"
#include "decode/answers.h"
#include "decode/windows.h"
#include "eval/threshold.h"
#include "train/crf_loss.h"

namespace tiqu::train {
namespace {

// Rows that one worker takes at a time.
constexpr int64_t kJobChars = 4096;
constexpr float kCandidateThreshold = decode::kLeastThreshold;  // as low as answering ever goes
constexpr int kMaxAnswerChars = 256;

// Where a unit's rows go: the part of the window that it owns.
struct Job {
  BatchPlan units;
  std::vector<decode::Window> windows;  // of each unit
};

std::vector<Job> PlanJobs(const Corpus& corpus, const DataOptions& options) {
  std::vector<std::vector<int32_t>> by_passage(corpus.passages.size());
  for (size_t s = 0; s < corpus.samples.size(); ++s) {
    by_passage[static_cast<size_t>(corpus.samples[s].passage)].push_back(static_cast<int32_t>(s));
  }
  std::vector<Job> jobs(1);
  int64_t chars = 0;
  for (size_t p = 0; p < by_passage.size(); ++p) {
    if (by_passage[p].empty()) continue;
    const auto length = static_cast<int32_t>(corpus.passage_chars(static_cast<int32_t>(p)));
    for (const decode::Window& window :
         decode::PlanWindows(length, options.max_passage_chars, options.window_overlap_chars)) {
      PassageUnit unit{static_cast<int32_t>(p), window.begin, window.end, by_passage[p]};
      if (chars > 0 && chars + unit.sample_chars() > kJobChars) {
        jobs.emplace_back();
        chars = 0;
      }
      chars += unit.sample_chars();
      jobs.back().units.push_back(std::move(unit));
      jobs.back().windows.push_back(window);
    }
  }
  if (jobs.back().units.empty()) jobs.pop_back();
  return jobs;
}

void LogSoftmaxRow(const float* logits, float* log_p) {
  const float largest = std::max({logits[0], logits[1], logits[2]});
  const float sum = std::exp(logits[0] - largest) + std::exp(logits[1] - largest) + std::exp(logits[2] - largest);
  const float log_sum = largest + std::log(sum);
  for (int j = 0; j < model::kTagCount; ++j) log_p[j] = logits[j] - log_sum;
}

// Copies what each window owns into the samples' whole passages.
void Scatter(const Job& job, const float* logits, std::vector<std::vector<float>>* log_pa) {
  for (size_t u = 0; u < job.units.size(); ++u) {
    const decode::Window& window = job.windows[u];
    for (const int32_t sample : job.units[u].samples) {
      for (int32_t t = window.own_begin; t < window.own_end; ++t) {
        LogSoftmaxRow(logits + (t - window.begin) * model::kTagCount,
                      (*log_pa)[static_cast<size_t>(sample)].data() + t * model::kTagCount);
      }
      logits += job.units[u].chars() * model::kTagCount;
    }
  }
}

eval::PredictedSpan ToSource(const decode::ScoredSpan& span, const text::NormalizedText& text,
                             const std::string& passage) {
  eval::PredictedSpan predicted;
  predicted.begin = text.begin[static_cast<size_t>(span.begin)];
  predicted.end = text.end[static_cast<size_t>(span.end) - 1];
  predicted.text = std::string(Utf8Substring(passage, predicted.begin, predicted.end));
  predicted.score = span.score;
  return predicted;
}

}  // namespace

Validator::Validator(const std::vector<data::Sample>& samples, const Corpus& corpus, const IdfTables& idf,
                     const TrainerOptions& options, WorkerPool* pool)
    : corpus_(corpus), builder_(corpus, idf, options.spec), options_(options), pool_(pool) {
  for (const int32_t index : corpus.source) kept_.push_back(samples[static_cast<size_t>(index)]);
}

absl::StatusOr<std::vector<std::vector<float>>> Validator::LogProbabilities(const Parameters& parameters) const {
  std::vector<std::vector<float>> log_pa(corpus_.samples.size());
  for (size_t s = 0; s < log_pa.size(); ++s) {
    log_pa[s].resize(static_cast<size_t>(corpus_.passage_chars(corpus_.samples[s].passage)) * model::kTagCount);
  }
  const std::vector<Job> jobs = PlanJobs(corpus_, options_.data);
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  absl::Status status;
  pool_->Run([&](int) {
    const torch::NoGradGuard no_gradient;
    for (size_t i = next++; i < jobs.size(); i = next++) {
      try {
        const ReaderBatch batch = builder_.Build(jobs[i].units, {.labels = false});
        const ReaderOutput output = RunReader(options_.spec, parameters, batch, {});
        Scatter(jobs[i], output.logits.data_ptr<float>(), &log_pa);
      } catch (const std::exception& error) {
        const std::lock_guard lock(mutex);
        status = absl::InternalError(error.what());
      }
    }
  });
  if (!status.ok()) return status;
  return log_pa;
}

std::vector<eval::Prediction> Validator::Decode(const std::vector<std::vector<float>>& log_pa,
                                                const decode::ChainScores& scores, float temperature,
                                                bool single) const {
  const decode::Chain chain(scores, temperature);
  const decode::AnswerRules rules = {
      .threshold = kCandidateThreshold, .max_answer_chars = kMaxAnswerChars, .single = single};
  std::vector<eval::Prediction> predictions(log_pa.size());
  std::atomic<size_t> next = 0;
  pool_->Run([&](int) {
    for (size_t s = next++; s < log_pa.size(); s = next++) {
      const decode::DecodedAnswers answers = decode::DecodeAnswers(chain, log_pa[s], rules);
      const auto& text = corpus_.passages[static_cast<size_t>(corpus_.samples[s].passage)].text;
      predictions[s].no_answer = answers.no_answer;
      for (const decode::ScoredSpan& span : answers.spans) {
        predictions[s].spans.push_back(ToSource(span, text, kept_[s].passage));
      }
    }
  });
  return predictions;
}

ValidationScores Validator::Score(const std::vector<std::vector<float>>& log_pa,
                                  const std::vector<eval::Prediction>& candidates, const decode::ChainScores& chain,
                                  bool single) const {
  ValidationScores scores;
  if (single) {
    const eval::SingleThresholdChoice choice = eval::TuneSingleThreshold(kept_, candidates);
    scores.threshold = choice.threshold;
    scores.score = choice.score;
  } else {
    scores.threshold = eval::TuneThreshold(kept_, candidates).threshold;
  }
  scores.predictions = KeepLikely(candidates, scores.threshold);
  scores.evaluation = eval::Evaluate(kept_, scores.predictions);
  const eval::Counts& spans = scores.evaluation.overall().spans;
  scores.f1 = spans.f1();
  if (!single) scores.score = scores.f1;
  scores.precision = spans.precision();
  scores.recall = spans.recall();
  scores.loss = MeanLoss(log_pa, chain, 1.0);
  return scores;
}

double Validator::MeanLoss(const std::vector<std::vector<float>>& log_pa, const decode::ChainScores& chain,
                           double temperature) const {
  ChainParameters parameters;
  for (int i = 0; i < model::kTagCount; ++i) {
    for (int j = 0; j < model::kTagCount; ++j) parameters.transitions[i][j] = chain.transitions[i][j] / temperature;
    parameters.begin[i] = chain.begin[i] / temperature;
    parameters.end[i] = chain.end[i] / temperature;
  }
  std::vector<double> losses(log_pa.size());
  std::atomic<size_t> next = 0;
  pool_->Run([&](int) {
    std::vector<float> scaled;
    for (size_t s = next++; s < log_pa.size(); s = next++) {
      scaled = log_pa[s];
      for (float& value : scaled) value = static_cast<float>(value / temperature);
      const std::vector<uint8_t> tags = GoldTags(corpus_.samples[s].gold, scaled.size() / model::kTagCount);
      losses[s] = ChainLoss(scaled, tags, parameters, nullptr, nullptr);
    }
  });
  const double sum = std::accumulate(losses.begin(), losses.end(), 0.0);
  return losses.empty() ? 0.0 : sum / static_cast<double>(losses.size());
}

// Golden section on log T: the loss is smooth with one valley.
float Validator::TuneTemperature(const std::vector<std::vector<float>>& log_pa,
                                 const decode::ChainScores& chain) const {
  constexpr double kRatio = 0.6180339887498949;
  double low = std::log(0.4);
  double high = std::log(4.0);
  const auto loss = [&](double log_t) { return MeanLoss(log_pa, chain, std::exp(log_t)); };
  double a = high - kRatio * (high - low);
  double b = low + kRatio * (high - low);
  double loss_a = loss(a);
  double loss_b = loss(b);
  while (high - low > 0.02) {
    if (loss_a <= loss_b) {
      high = b;
      b = a;
      loss_b = loss_a;
      a = high - kRatio * (high - low);
      loss_a = loss(a);
    } else {
      low = a;
      a = b;
      loss_a = loss_b;
      b = low + kRatio * (high - low);
      loss_b = loss(b);
    }
  }
  return static_cast<float>(std::exp((low + high) / 2));
}

decode::ChainScores ChainScoresOf(const model::ModelSpec& spec, const Parameters& parameters) {
  decode::ChainScores scores;
  if (!spec.crf) return scores;
  for (int i = 0; i < model::kTagCount; ++i) {
    for (int j = 0; j < model::kTagCount; ++j) {
      scores.transitions[i][j] = parameters.Get("crf/transitions").data_ptr<float>()[i * model::kTagCount + j];
    }
    scores.begin[i] = parameters.Get("crf/begin").data_ptr<float>()[i];
    scores.end[i] = parameters.Get("crf/end").data_ptr<float>()[i];
  }
  return scores;
}

std::vector<eval::Prediction> KeepLikely(const std::vector<eval::Prediction>& candidates, float threshold) {
  std::vector<eval::Prediction> kept = candidates;
  for (eval::Prediction& prediction : kept) {
    std::erase_if(prediction.spans, [&](const eval::PredictedSpan& span) { return span.score < threshold; });
  }
  return kept;
}

}  // namespace tiqu::train
