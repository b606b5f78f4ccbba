// The whole reader at every precision, and over lengths and batches (16-character questions, one thread, random
// weights).
//
//   shapes_bench          the time of 512 characters at each precision, then the time a character of every shape
//
// The answer is checked first: every precision against fp32 op by op.
#include <omp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "base/status.h"
#include "engine/engine.h"
#include "engine/reader_model_test_util.h"
#include "reader_bench.h"

namespace tiqu::engine {
namespace {

constexpr int kQuestion = 16;
constexpr std::array<int, 4> kLengths = {32, 128, 512, 2048};
constexpr std::array<int, 3> kBatches = {1, 8, 32};
constexpr int kLongEnough = 128;  // from here on the time a character is to be level

using Shapes = std::array<std::array<double, kBatches.size()>, kLengths.size()>;

struct PrecisionEntry {
  Precision precision;
  const char* name;
  double tolerance;  // root mean square of the difference to fp32 op by op
};
constexpr std::array<PrecisionEntry, 3> kPrecisions = {
    {{Precision::kFloat32, "fp32", 1e-6}, {Precision::kBfloat16, "bf16", 0.004}, {Precision::kInt8, "int8", 0.02}}};

model::ModelSpec LongSpec() {
  model::ModelSpec spec = BenchSpec();
  spec.max_position = 2048;
  return spec;
}

TensorMap RandomBatch(int batch, int length) {
  Random random(3);
  std::vector<ReaderSample> samples;
  for (int i = 0; i < batch; ++i) samples.push_back(RandomSample(LongSpec(), kQuestion, length, &random));
  return BatchInputs(samples);
}

double Seconds(const Engine& engine, const TensorMap& inputs) {
  return ThreadSecondsOf([&] {
    if (!engine.Run("qa", inputs).ok()) std::abort();  // it ran before
  });
}

absl::StatusOr<double> Difference(const Engine& engine, const Engine& exact, const TensorMap& inputs) {
  TIQU_ASSIGN_OR_RETURN(const TensorMap got, engine.Run("qa", inputs));
  TIQU_ASSIGN_OR_RETURN(const TensorMap expected, exact.Run("qa", inputs));
  const Tensor &a = got.at("pa"), &b = expected.at("pa");
  double squares = 0;
  for (int64_t i = 0; i < a.size(); ++i) squares += std::pow(double{a.data<float>()[i]} - b.data<float>()[i], 2);
  return std::sqrt(squares / static_cast<double>(a.size()));
}

using Engines = std::vector<std::shared_ptr<const Engine>>;

absl::StatusOr<Engines> LoadAndCheck() {
  const std::string dir = std::filesystem::temp_directory_path() / ("tiqu_shapes_bench_" + std::to_string(getpid()));
  TIQU_ASSIGN_OR_RETURN(const std::string model, WriteRandomReader(LongSpec(), dir));
  TIQU_ASSIGN_OR_RETURN(const auto exact, Engine::Load(model, {.fuse = false, .fuse_elementwise = false}));
  Engines engines;
  for (const PrecisionEntry& entry : kPrecisions) {
    EngineOptions options;
    options.precision = entry.precision;
    TIQU_ASSIGN_OR_RETURN(auto engine, Engine::Load(model, options));
    engines.push_back(std::move(engine));
    TIQU_ASSIGN_OR_RETURN(const double difference, Difference(*engines.back(), *exact, RandomBatch(2, 300)));
    std::printf("answer checked: %s differs from fp32 op by op by %.1e (root mean square)\n", entry.name, difference);
    if (!(difference <= entry.tolerance)) return absl::InternalError("the answer is wrong");
  }
  std::filesystem::remove_all(dir);
  return engines;
}

// In turns of a few runs, so that all see the same clock and the same neighbours, and none the caches as another left
// them; the fastest run of each.
void PrintPrecisions(const Engines& engines) {
  constexpr int kRounds = 50, kRunsATurn = 4;
  const TensorMap inputs = RandomBatch(1, 512);
  std::array<double, kPrecisions.size()> best;
  best.fill(1e9);
  for (int round = 0; round < kRounds; ++round) {
    for (size_t i = 0; i < engines.size(); ++i) {
      for (int run = 0; run < kRunsATurn; ++run) best[i] = std::min(best[i], Seconds(*engines[i], inputs));
    }
  }
  std::printf("\n512 characters, batch 1\n");
  for (size_t i = 0; i < engines.size(); ++i) {
    std::printf("%-5s %7.3f ms  %4.2f times the speed of fp32\n", kPrecisions[i].name, best[i] * 1e3,
                best[0] / best[i]);
  }
}

// Of every shape the fastest run's time a character, in turns as above.
Shapes TimeShapes(const Engine& engine) {
  constexpr int kRounds = 8;
  constexpr int kCharsATurn = 4096;  // at least, so that short runs are not one run
  std::array<std::array<TensorMap, kBatches.size()>, kLengths.size()> inputs;
  Shapes best;
  for (size_t i = 0; i < kLengths.size(); ++i) {
    best[i].fill(1e9);
    for (size_t j = 0; j < kBatches.size(); ++j) inputs[i][j] = RandomBatch(kBatches[j], kLengths[i]);
  }
  for (int round = 0; round < kRounds; ++round) {
    for (size_t i = 0; i < kLengths.size(); ++i) {
      for (size_t j = 0; j < kBatches.size(); ++j) {
        const int chars = kBatches[j] * kLengths[i];
        for (int done = 0; done < kCharsATurn; done += chars) {
          best[i][j] = std::min(best[i][j], Seconds(engine, inputs[i][j]) / chars);
        }
      }
    }
  }
  return best;
}

void PrintShapes(const Engine& engine, const char* name) {
  const Shapes times = TimeShapes(engine);
  std::printf("\n%s, nanoseconds a character\n%10s", name, "characters");
  for (const int batch : kBatches) std::printf("  batch %2d", batch);
  double least = 1e9, most = 0;
  for (size_t i = 0; i < kLengths.size(); ++i) {
    std::printf("\n%10d", kLengths[i]);
    for (const double each : times[i]) {
      std::printf("  %8.0f", each * 1e9);
      if (kLengths[i] < kLongEnough) continue;
      least = std::min(least, each);
      most = std::max(most, each);
    }
  }
  std::printf("\nfrom %d characters on, the slowest takes %.2f times as long as the fastest\n", kLongEnough,
              most / least);
}

int Main() {
  omp_set_num_threads(1);
  const absl::StatusOr<Engines> engines = LoadAndCheck();
  if (!engines.ok()) {
    std::fprintf(stderr, "%s\n", engines.status().ToString().c_str());
    return 1;
  }
  PrintPrecisions(*engines);
  for (size_t i = 0; i < engines->size(); ++i) PrintShapes(*(*engines)[i], kPrecisions[i].name);
  return 0;
}

}  // namespace
}  // namespace tiqu::engine

int main() { return tiqu::engine::Main(); }
