// Ten questions on one passage against one question (512-character passage, 16-character questions, fp32, one thread,
// random weights): the passage is encoded once, so ten cost less than ten times one.
//
//   encode_once_bench       Google Benchmark's table, then the ratios, measured in turns
//
// Two networks: of the default size, six layers before the question comes in and three after, and the other way round.
// What comes before is paid once, what comes after for every question. The answer is checked first:
// encoded once against each question alone, bit for bit.
#include <benchmark/benchmark.h>
#include <omp.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <numeric>

#include "answer/window_runner.h"
#include "base/status.h"
#include "engine/reader_model_test_util.h"
#include "reader_bench.h"

namespace tiqu::answer {
namespace {

constexpr int kPassage = 512, kQuestion = 16, kQuestions = 10;

model::ModelSpec SpecOf(bool deep_encoder) {
  model::ModelSpec spec = BenchSpec();
  if (!deep_encoder) std::swap(spec.encoder_rates, spec.model_rates);
  return spec;
}

// Of the multiplications of one question on one passage, the part that comes after the encoding of the passage.
double ShareOfQuestion(const model::ModelSpec& spec) {
  const double d = spec.hidden, convolution = 3 * d * d;  // half of the plain multiplications (fused/minimal_conv1d.h)
  const double before = kPassage * convolution * static_cast<double>(spec.encoder_rates.size());
  const double of_question = kQuestion * convolution * static_cast<double>(spec.encoder_rates.size());
  const double attention = (3.0 * kPassage + d) * kQuestion * d;
  const double merging = kPassage * (2 * d + model::kFeatureCount) * d;  // the rest is folded into it, or small
  const double reading = kPassage * convolution * static_cast<double>(spec.model_rates.size());
  const double answer = kPassage * d * (d + model::kTagCount);
  const double after = of_question + attention + merging + reading + answer;
  return after / (before + after);
}

text::EncodedText RandomIds(const model::ModelSpec& spec, int chars, Random* random) {
  text::EncodedText text;
  for (int i = 0; i < chars; ++i) {
    text.char_ids.push_back(random->Between(1, spec.char_vocab_size - 1));
    text.word_ids.push_back(random->Between(1, spec.word_vocab_size - 1));
  }
  return text;
}

class Setup {
 public:
  explicit Setup(bool deep_encoder) : spec_(SpecOf(deep_encoder)) {}

  absl::Status Prepare() {
    const std::string dir =
        std::filesystem::temp_directory_path() / ("tiqu_encode_once_bench_" + std::to_string(getpid()));
    TIQU_ASSIGN_OR_RETURN(const std::string model, engine::WriteRandomReader(spec_, dir));
    TIQU_ASSIGN_OR_RETURN(std::shared_ptr<const engine::Engine> engine, engine::Engine::Load(model, {}));
    std::filesystem::remove_all(dir);
    TIQU_ASSIGN_OR_RETURN(WindowRunner runner, WindowRunner::Create(std::move(engine), BatchLimits()));
    runner_ = std::make_unique<WindowRunner>(std::move(runner));
    Random random(3);
    passage_ = RandomIds(spec_, kPassage, &random);
    for (int i = 0; i < kQuestions; ++i) questions_.push_back(RandomIds(spec_, kQuestion, &random));
    for (int i = 0; i < kQuestions; ++i) {
      rows_.push_back({&questions_[i], &passage_, {0, kPassage, 0, kPassage}, {100, 103}, static_cast<size_t>(i)});
    }
    return Compare();
  }

  // Tag probabilities of the first `count` questions: together, or each alone. `times`: the seconds up to each result.
  std::vector<std::vector<float>> Run(int count, bool together, std::vector<double>* times = nullptr) const {
    std::vector<std::vector<float>> results(count);
    double last = ThreadSeconds();
    const auto sink = [&](const WindowRow& row, const absl::StatusOr<std::span<const float>>& pa) {
      if (pa.ok()) results[row.ask].assign(pa->begin(), pa->end());
      const double now = ThreadSeconds();
      if (times != nullptr) times->push_back(now - last);
      last = now;
    };
    if (together) {
      runner_->Run({rows_.begin(), rows_.begin() + count}, sink);
    } else {
      for (int i = 0; i < count; ++i) runner_->Run({rows_[i]}, sink);
    }
    return results;
  }

  const model::ModelSpec& spec() const { return spec_; }

 private:
  absl::Status Compare() const {
    const auto together = Run(kQuestions, true), alone = Run(kQuestions, false);
    if (together != alone || together[0].size() != kPassage * model::kTagCount || together[0] == together[1]) {
      return absl::InternalError("the answers of the encoded passage are wrong");
    }
    std::printf("answer checked: ten questions on the encoded passage and each alone agree bit for bit\n");
    return absl::OkStatus();
  }

  model::ModelSpec spec_;
  std::unique_ptr<WindowRunner> runner_;
  text::EncodedText passage_;
  std::vector<text::EncodedText> questions_;
  std::vector<WindowRow> rows_;
};

// The time of a run, of each of whose parts (up to one question's result) the fastest round counts: long runs would
// otherwise be disturbed more often than short ones.
class Fastest {
 public:
  Fastest(int count, bool together) : parts_(count, 1e9), together_(together) {}

  void Round(const Setup& setup) {
    std::vector<double> times;
    benchmark::DoNotOptimize(setup.Run(static_cast<int>(parts_.size()), together_, &times));
    for (size_t i = 0; i < parts_.size(); ++i) parts_[i] = std::min(parts_[i], times[i]);
  }
  double seconds() const { return std::accumulate(parts_.begin(), parts_.end(), 0.0); }

 private:
  std::vector<double> parts_;
  bool together_;
};

// In turns, so that all see the same clock and the same neighbours.
void PrintRatio(const Setup& setup) {
  constexpr int kRounds = 40;
  Fastest one(1, true), ten(kQuestions, true), ten_alone(kQuestions, false);
  for (int i = 0; i < kRounds; ++i) {
    for (Fastest* fastest : {&one, &ten, &ten_alone}) fastest->Round(setup);
  }
  const double share = ShareOfQuestion(setup.spec());
  std::printf(
      "%zu layers before the question, %zu after: one question %.2f ms, ten %.2f ms, ten alone %.2f ms; ten cost %.2f "
      "times one (multiplications alone: %.2f)\n",
      setup.spec().encoder_rates.size(), setup.spec().model_rates.size(), one.seconds() * 1e3, ten.seconds() * 1e3,
      ten_alone.seconds() * 1e3, ten.seconds() / one.seconds(), 1 + (kQuestions - 1) * share);
}

int Main(int argc, char** argv) {
  omp_set_num_threads(1);
  benchmark::Initialize(&argc, argv);
  Setup normal(/*deep_encoder=*/false), deep(/*deep_encoder=*/true);
  for (Setup* setup : {&normal, &deep}) {
    if (const absl::Status status = setup->Prepare(); !status.ok()) {
      std::fprintf(stderr, "%s\n", status.ToString().c_str());
      return 1;
    }
  }
  const auto add = [](const char* name, const Setup* setup, int count) {
    benchmark::RegisterBenchmark(name, [setup, count](benchmark::State& state) {
      for (auto _ : state) benchmark::DoNotOptimize(setup->Run(count, true));
    })->Unit(benchmark::kMillisecond);
  };
  add("OneQuestion", &normal, 1);
  add("TenQuestions", &normal, kQuestions);
  add("OneQuestionDeepEncoder", &deep, 1);
  add("TenQuestionsDeepEncoder", &deep, kQuestions);
  benchmark::RunSpecifiedBenchmarks();
  PrintRatio(normal);
  PrintRatio(deep);
  return 0;
}

}  // namespace
}  // namespace tiqu::answer

int main(int argc, char** argv) { return tiqu::answer::Main(argc, argv); }
