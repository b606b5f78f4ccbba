#include "train/step_speed.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "base/file.h"
#include "base/random.h"
#include "base/status.h"
#include "base/utf8.h"
#include "checkpoint/checkpoint.h"
#include "engine/kernels/gemm.h"
#include "fmt/format.h"
#include "train/reader_task.h"
#include "train/step_runner.h"

namespace tiqu::train {
namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::json;

constexpr int kCharVocab = 4000;
constexpr int kWordVocab = 12000;
constexpr int kWordDim = 128;
constexpr int kWordChars = 2;
constexpr int kWarmUpSteps = 2;
constexpr double kLearningRate = 1e-4;

double SecondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

absl::Status CheckOptions(const SpeedBenchOptions& options) {
  const std::pair<const char*, int> fields[] = {{"--bench-steps", options.steps},
                                                {"--bench-samples", options.samples},
                                                {"--bench-passage-chars", options.passage_chars},
                                                {"--bench-question-chars", options.question_chars},
                                                {"--bench-group", options.group}};
  for (const auto& [name, value] : fields) {
    if (value < 1 || value > 100000) {
      return absl::InvalidArgumentError(fmt::format("{} is {}, limits 1 to 100000", name, value));
    }
  }
  if (options.passage_chars < 8) {
    return absl::InvalidArgumentError(fmt::format("--bench-passage-chars is {}, at least 8", options.passage_chars));
  }
  return options.training.spec.Validate();
}

// Ids of a text: words are kWordChars long.
void FillIds(int chars, Random* random, std::vector<int32_t>* char_ids, std::vector<int32_t>* word_ids) {
  for (int t = 0; t < chars; ++t) {
    char_ids->push_back(2 + static_cast<int32_t>(random->Below(kCharVocab - 2)));
    const bool begins = t % kWordChars == 0;
    word_ids->push_back(begins ? 2 + static_cast<int32_t>(random->Below(kWordVocab - 2)) : word_ids->back());
  }
}

std::u32string Letters(const std::vector<int32_t>& ids) {
  std::u32string text;
  for (const int32_t id : ids) text += static_cast<char32_t>(U'一' + id);
  return text;
}

// Questions share a run of characters with their passage, as real ones do.
Corpus MakeCorpus(const SpeedBenchOptions& options) {
  Random random(options.training.seed, 3);
  Corpus corpus;
  for (int s = 0; s < options.samples; ++s) {
    if (s % options.group == 0) {
      text::EncodedText passage;
      const int low = options.mixed ? std::max(8, options.passage_chars / 4) : options.passage_chars;
      FillIds(random.Between(low, options.passage_chars), &random, &passage.char_ids, &passage.word_ids);
      passage.text.chars = Letters(passage.char_ids);
      corpus.passages.push_back(std::move(passage));
    }
    const text::EncodedText& passage = corpus.passages.back();
    const auto chars = static_cast<int>(passage.char_ids.size());
    EncodedSample sample;
    sample.passage = static_cast<int32_t>(corpus.passages.size()) - 1;
    FillIds(options.question_chars, &random, &sample.question_chars, &sample.question_words);
    const int shared = random.Between(0, chars - 4);
    for (int i = 0; i < std::min(4, options.question_chars); ++i) {
      sample.question_chars[static_cast<size_t>(i)] = passage.char_ids[static_cast<size_t>(shared + i)];
    }
    sample.question = Letters(sample.question_chars);
    sample.anchor = text::FindAnchor(sample.question, passage.text.chars);
    const int begin = random.Between(0, chars - 6);
    sample.gold = {{begin, begin + 5}};
    corpus.samples.push_back(std::move(sample));
    corpus.source.push_back(s);
  }
  return corpus;
}

BatchPlan PlanAll(const Corpus& corpus) {
  BatchPlan plan;
  for (size_t s = 0; s < corpus.samples.size(); ++s) {
    const int32_t passage = corpus.samples[s].passage;
    if (plan.empty() || plan.back().passage != passage) {
      plan.push_back({passage, 0, static_cast<int32_t>(corpus.passage_chars(passage)), {}});
    }
    plan.back().samples.push_back(static_cast<int32_t>(s));
  }
  return plan;
}

IdfTables MakeIdf(uint64_t seed) {
  Random random(seed, 4);
  IdfTables idf{std::vector<float>(kCharVocab), std::vector<float>(kWordVocab)};
  for (std::vector<float>* table : {&idf.chars, &idf.words}) {
    for (size_t id = 2; id < table->size(); ++id) (*table)[id] = static_cast<float>(random.Uniform());
  }
  return idf;
}

// Starting weights, moved a little: a weight that starts at zero would hide a mistake from the comparison.
Parameters MakeParameters(const TrainerOptions& options, const IdfTables& idf) {
  Parameters parameters = Parameters::Initialize(options.spec, options.seed);
  torch::Tensor vectors = torch::zeros({kWordVocab, kWordDim});
  Random random(options.seed, 5);
  for (int64_t i = 0; i < parameters.flat_size(); ++i) {
    parameters.flat()[i] += static_cast<float>(0.04 * random.Uniform() - 0.02);
  }
  for (int64_t i = 2 * kWordDim; i < vectors.numel(); ++i) {
    vectors.data_ptr<float>()[i] = static_cast<float>(random.Uniform() - 0.5);
  }
  parameters.SetFrozen("mix_embedding/word_vectors", vectors);
  parameters.SetFrozen("match_features/char_idf", torch::tensor(idf.chars));
  parameters.SetFrozen("match_features/word_idf", torch::tensor(idf.words));
  return parameters;
}

// What the programs of bench/ read: the batch's samples with their features.
json BatchToJson(const Corpus& corpus, const ReaderBatch& batch, double span_weight) {
  json out = {{"passages", json::array()}, {"samples", json::array()}, {"span_weight", span_weight}};
  for (const text::EncodedText& passage : corpus.passages) {
    out["passages"].push_back({{"chars", passage.char_ids}, {"words", passage.word_ids}});
  }
  for (size_t s = 0; s < corpus.samples.size(); ++s) {
    const EncodedSample& sample = corpus.samples[s];
    const auto first = batch.features.begin() + batch.layout.samples.begin[s] * model::kFeatureCount;
    const auto last = batch.features.begin() + batch.layout.samples.begin[s + 1] * model::kFeatureCount;
    json gold = json::array();
    for (const GoldSpan& span : sample.gold) gold.push_back({span.begin, span.end});
    out["samples"].push_back({{"passage", sample.passage},
                              {"chars", sample.question_chars},
                              {"words", sample.question_words},
                              {"features", std::vector<float>(first, last)},
                              {"gold", gold},
                              {"anchor", {sample.anchor.first, sample.anchor.last}}});
  }
  return out;
}

// Any distinct names do, so that the checkpoint can be exported.
std::string VocabularyFile(int size) {
  constexpr char32_t kFirst = U'\u4e00';
  std::vector<text::Vocabulary::Entry> entries;
  for (int id = text::kUnknownId + 1; id < size; ++id) {
    const char32_t name = kFirst + static_cast<char32_t>(id);
    entries.push_back({EncodeUtf8(std::u32string_view(&name, 1)), 1});
  }
  return text::Vocabulary::FromEntries(entries).Encode();
}

absl::Status WriteForPython(const SpeedBenchOptions& options, const Parameters& parameters, const Corpus& corpus,
                            const ReaderBatch& batch) {
  TIQU_RETURN_IF_ERROR(MakeDirectories(options.out_dir));
  checkpoint::Checkpoint checkpoint;
  checkpoint.config.spec = options.training.spec;
  checkpoint.weights = parameters.ToWeights();
  checkpoint.files["chars.txt"] = VocabularyFile(kCharVocab);
  checkpoint.files["words.txt"] = VocabularyFile(kWordVocab);
  TIQU_RETURN_IF_ERROR(checkpoint::Save(checkpoint, options.out_dir + "/model.h5"));
  const json dump = BatchToJson(corpus, batch, options.training.regularization.span_weight);
  return WriteFileAtomically(options.out_dir + "/batch.json", dump.dump());
}

// Every worker multiplies matrices of a layer's kind that stay in its cache; the best of several rounds.
double MeasurePeakGflops(WorkerPool* pool) {
  constexpr int64_t kM = 512;
  constexpr int64_t kN = 512;
  constexpr int64_t kK = 512;
  constexpr int kRepeats = 8;
  double best = 0;
  for (int round = 0; round < 6; ++round) {
    Clock::time_point start;
    double seconds = 0;
    pool->Run([&](int worker) {
      const std::vector<float> a(kM * kK, 0.5F);
      const std::vector<float> b(kK * kN, 0.25F);
      std::vector<float> c(kM * kN);
      pool->Wait();
      if (worker == 0) start = Clock::now();
      for (int i = 0; i < kRepeats; ++i) {
        kernels::Gemm({.m = kM, .n = kN, .k = kK}, 1.0F, a.data(), kK, b.data(), kN, 0.0F, c.data(), kN);
      }
      pool->Wait();
      if (worker == 0) seconds = SecondsSince(start);
    });
    best = std::max(best, 2e-9 * kM * kN * kK * kRepeats * pool->size() / seconds);
  }
  return best;
}

double FirstLoss(const TrainerOptions& options, const Parameters& parameters, const ReaderBatch& batch) {
  const torch::NoGradGuard no_gradient;
  const ReaderOutput output = RunReader(options.spec, parameters, batch, {});
  const ReaderLoss loss = ComputeReaderLoss(options.spec, parameters, batch, output);
  const double sum = loss.tags.item<double>() + options.regularization.span_weight * loss.spans.item<double>();
  return sum / static_cast<double>(batch.layout.sample_count());
}

}  // namespace

double CountStepFlops(const model::ModelSpec& spec, const ReaderBatch& batch) {
  const double d = spec.hidden;
  const auto rows = static_cast<double>(batch.layout.samples.rows());
  const auto pairs = static_cast<double>(batch.layout.pair_begin.back());
  const auto encoded = static_cast<double>(batch.layout.encoder.rows());
  const std::set<int32_t> words(batch.ids.words.begin(), batch.ids.words.end());
  double forward = encoded * 6 * d * d * static_cast<double>(spec.encoder_rates.size());
  forward += rows * 6 * d * d * static_cast<double>(spec.model_rates.size());
  forward += 2 * pairs * d;                              // similarity, attention
  forward += rows * (4 * d + model::kFeatureCount) * d;  // merge
  forward += rows * d * (d + model::kTagCount + 2);      // answer, span scores
  const double projection = spec.word_vectors ? static_cast<double>(words.size()) * spec.word_dim * d : 0.0;
  // Backward: one product for the input and one for the weights; the word vectors are not trained.
  return 2 * (3 * forward + 2 * projection);
}

absl::StatusOr<json> RunSpeedBench(SpeedBenchOptions options) {
  TrainerOptions& training = options.training;
  training.spec.char_vocab_size = kCharVocab;
  training.spec.word_vocab_size = kWordVocab;
  training.spec.word_dim = kWordDim;
  training.spec.max_position = std::max(training.spec.max_position, options.passage_chars);
  TIQU_RETURN_IF_ERROR(CheckOptions(options));
  const Corpus corpus = MakeCorpus(options);
  const IdfTables idf = MakeIdf(training.seed);
  const BatchBuilder builder(corpus, idf, training.spec);
  const BatchPlan plan = PlanAll(corpus);
  const ReaderBatch batch = builder.Build(plan, {});
  Parameters parameters = MakeParameters(training, idf);
  if (!options.out_dir.empty()) TIQU_RETURN_IF_ERROR(WriteForPython(options, parameters, corpus, batch));

  WorkerPool pool(std::max(1, training.threads));
  const double first_loss = FirstLoss(training, parameters, batch);
  AdamState adam(parameters.flat_size(), training.optimizer.ema_decay > 0);
  const auto loss = [&](const Parameters& weights, const BatchPlan& share, const StepKey& key) {
    return ReaderShareLoss(training, builder, weights, share, key);
  };
  StepRunner runner(training, loss, &pool, &parameters, &adam);
  double peak = MeasurePeakGflops(&pool);
  std::vector<double> seconds;
  for (int step = -kWarmUpSteps; step < options.steps; ++step) {
    const auto start = Clock::now();
    TIQU_RETURN_IF_ERROR(runner.Run(plan, kLearningRate).status());
    if (step >= 0) seconds.push_back(SecondsSince(start));
  }
  peak = std::max(peak, MeasurePeakGflops(&pool));
  std::sort(seconds.begin(), seconds.end());
  const double median = seconds[seconds.size() / 2];
  const double gflop = 1e-9 * CountStepFlops(training.spec, batch);
  return json{{"threads", pool.size()},
              {"samples", options.samples},
              {"passage_chars", batch.layout.samples.rows()},
              {"steps", options.steps},
              {"first_loss", first_loss},
              {"seconds_a_step", median},
              {"fastest_seconds_a_step", seconds.front()},
              {"chars_per_second", static_cast<double>(batch.layout.samples.rows()) / median},
              {"gflop_a_step", gflop},
              {"gflops", gflop / median},
              {"peak_gflops", peak},
              {"share_of_peak", gflop / median / peak}};
}

}  // namespace tiqu::train
