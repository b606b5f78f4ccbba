// The whole tagger: characters a second on one core, at every precision, from ids to logits and from text to entities.
//
//   tagger_bench [HIDDEN]          texts of 64 characters in batches of 16, a network of the default size with 33 tags,
//   or
//                                  one as wide as HIDDEN says
//
// The answer is checked first: every precision against fp32 op by op. Beside it stands the floor: the time of the same
// products alone at the precision's own speed on a matrix of this size.
#include <omp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>

#include "answer/tagger.h"
#include "base/utf8.h"
#include "engine/kernels/packed_matrix.h"
#include "engine/tagger_model_test_util.h"
#include "reader_bench.h"

namespace tiqu::engine {
namespace {

constexpr int kBatch = 16;
constexpr int kLength = 64;
constexpr int kRounds = 60;

struct TaggerPrecision {
  Precision precision;
  const char* name;
  double tolerance;  // root mean square of the difference of logits to fp32 op by op, over their own
};
constexpr std::array<TaggerPrecision, 3> kTaggerPrecisions = {
    {{Precision::kFloat32, "fp32", 1e-5}, {Precision::kBfloat16, "bf16", 0.02}, {Precision::kInt8, "int8", 0.05}}};

model::ModelSpec BenchTaggerSpec(int hidden) {
  model::ModelSpec spec = BenchSpec();
  if (hidden > 0) spec.hidden = hidden;
  spec.kind = model::kTaggerKind;
  spec.known_chars = 4500;
  spec.bigram_vocab_size = 20000;
  spec.bigram_dim = 32;
  spec.encoder_rates = {1, 2, 4, 1, 2, 4};
  std::vector<std::string> types;
  for (char c = 'a'; c < 'a' + 8; ++c) types.emplace_back(1, c);
  spec.tags = model::TagSet::FromTypes(types, model::TagScheme::kBioes).names();
  return spec;
}

// Products of one character: multiplications and additions.
double FlopsOfAChar(const model::ModelSpec& spec) {
  const double d = spec.hidden;
  const auto layers = static_cast<double>(spec.encoder_rates.size());
  return 2 * d * (6 * d * layers + model::NgramFeatureCount(spec) + static_cast<double>(spec.tags.size()));
}

absl::StatusOr<double> RelativeDifference(const Engine& engine, const Engine& exact, const TensorMap& inputs) {
  TIQU_ASSIGN_OR_RETURN(const TensorMap got, engine.Run("infoext", inputs));
  TIQU_ASSIGN_OR_RETURN(const TensorMap expected, exact.Run("infoext", inputs));
  const Tensor &a = got.at("logits"), &b = expected.at("logits");
  double squares = 0, all = 0;
  for (int64_t i = 0; i < a.size(); ++i) {
    squares += std::pow(double{a.data<float>()[i]} - b.data<float>()[i], 2);
    all += std::pow(double{b.data<float>()[i]}, 2);
  }
  return std::sqrt(squares / all);
}

// Floating point operations a second of the layer's product (3d to 2d) on the rows of a batch, packed as the engine
// does.
double ProductFlops(const model::ModelSpec& spec, Precision precision) {
  const int64_t d = spec.hidden;
  const std::vector<float> x(static_cast<size_t>(kBatch * kLength * 3 * d), 0.5F);
  const std::vector<float> kernel(static_cast<size_t>(3 * d * 2 * d), 0.25F);
  std::vector<float> out(static_cast<size_t>(kBatch * kLength * 2 * d));
  const auto packed = kernels::PackMatrix(precision, 3 * d, 2 * d, kernel.data());
  double best = 1e9;
  for (int i = 0; i < kRounds; ++i) {
    best = std::min(best, ThreadSecondsOf([&] {
                      packed->Multiply(kBatch * kLength, x.data(), 3 * d, kernels::Into::kOverwrite, out.data(), 2 * d);
                    }));
  }
  return 2.0 * kBatch * kLength * 3 * d * 2 * d / best;
}

double BestSeconds(const std::function<void()>& run) {
  double best = 1e9;
  for (int i = 0; i < kRounds; ++i) best = std::min(best, ThreadSecondsOf(run));
  return best;
}

// Distinct Han characters as the vocabulary, so that ids become text.
text::Vocabulary BenchChars(int size) {
  std::vector<text::Vocabulary::Entry> entries;
  for (int id = text::kUnknownId + 1; id < size; ++id) {
    const char32_t c = U'\u4e00' + static_cast<char32_t>(id);
    entries.push_back({EncodeUtf8(std::u32string_view(&c, 1)), 1});
  }
  return text::Vocabulary::FromEntries(entries);
}

std::vector<std::string> RandomTexts(const text::Vocabulary& chars) {
  std::vector<std::string> texts;
  for (uint64_t i = 0; i < kBatch; ++i) {
    Random random(5, i);
    std::string text;
    for (int t = 0; t < kLength; ++t) text += chars.entry(random.Between(2, chars.size() - 1)).text;
    texts.push_back(std::move(text));
  }
  return texts;
}

absl::Status MeasurePrecision(const model::ModelSpec& spec, const TaggerPrecision& entry, const std::string& dir,
                              const Engine& exact) {
  EngineOptions options;
  options.precision = entry.precision;
  TIQU_ASSIGN_OR_RETURN(const std::shared_ptr<const Engine> engine, Engine::Load(dir, options));
  const TensorMap inputs = TaggerInputs(spec, std::vector<int>(kBatch, kLength), 0, 3);
  TIQU_ASSIGN_OR_RETURN(const double difference, RelativeDifference(*engine, exact, inputs));
  if (!(difference <= entry.tolerance)) {
    std::fprintf(stderr, "%s differs from fp32 op by op by %.1e\n", entry.name, difference);
    return absl::InternalError("the answer is wrong");
  }
  constexpr double kChars = kBatch * kLength;
  const double network = BestSeconds([&] {
    if (!engine->Run("infoext", inputs).ok()) std::abort();  // it ran before
  });
  model::ModelConfig config;
  config.spec = spec;
  const text::Vocabulary chars = BenchChars(spec.char_vocab_size);
  text::Tokenizer tokenizer({}, chars, text::Vocabulary(), {});
  TIQU_ASSIGN_OR_RETURN(const auto tagger, answer::Tagger::Create(config, std::move(tokenizer), engine, {}));
  const std::vector<std::string> texts = RandomTexts(chars);
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const double whole = BestSeconds([&] { tagger->TagAll(views, 0); });
  const double floor = kChars * FlopsOfAChar(spec) / ProductFlops(spec, entry.precision);
  std::printf("%-5s %12.0f %12.0f %12.0f %9.2f  %.1e\n", entry.name, kChars / whole, kChars / network, kChars / floor,
              network / floor, difference);
  return absl::OkStatus();
}

absl::Status Measure(const model::ModelSpec& spec) {
  const std::string base = std::filesystem::temp_directory_path() / ("tiqu_tagger_bench_" + std::to_string(getpid()));
  TIQU_ASSIGN_OR_RETURN(const std::string dir, WriteRandomTagger(spec, base));
  TIQU_ASSIGN_OR_RETURN(const auto exact, Engine::Load(dir, {.fuse = false, .fuse_elementwise = false}));
  std::printf("%.2f MFLOP a character in products; characters a second on one core\n", 1e-6 * FlopsOfAChar(spec));
  std::printf("      text to entities  ids to logits     the floor  over floor  difference\n");
  absl::Status status;
  for (const TaggerPrecision& entry : kTaggerPrecisions) {
    if (status.ok()) status = MeasurePrecision(spec, entry, dir, *exact);
  }
  std::filesystem::remove_all(base);
  return status;
}

int Main(int argc, char** argv) {
  omp_set_num_threads(1);
  const absl::Status status = Measure(BenchTaggerSpec(argc > 1 ? std::atoi(argv[1]) : 0));
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace tiqu::engine

int main(int argc, char** argv) { return tiqu::engine::Main(argc, argv); }
