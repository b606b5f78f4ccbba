// The engine against oneDNN: one run of the whole reader (512-character passage, 16-character question, one thread)
// beside the matrix products of docs/model.md alone, at their natural shapes, in the same process.
//
//   engine_bench                    Google Benchmark's table, then the ratio of the two, measured in turns, and the
//                                   graph without its annotations, op by op and with elementwise chains
//   TIQU_PROFILE=1 engine_bench     also the time of every node, and without annotations of every operation
//
// The answer is checked first: fused against op by op.
#include <benchmark/benchmark.h>
#include <omp.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <unordered_map>

#include "engine/engine.h"
#include "engine/reader_model_test_util.h"
#include "oneapi/dnnl/dnnl.hpp"
#include "reader_bench.h"

namespace tiqu::engine {
namespace {

constexpr int kPassage = 512, kQuestion = 16;
constexpr double kTolerance = 1e-5;

struct Product {
  int64_t m, k, n;
};

// Every product of the forward pass but the projection of word vectors, which the engine does at load.
std::vector<Product> ReaderProducts(const model::ModelSpec& spec) {
  const int64_t d = spec.hidden;
  std::vector<Product> products;
  for (size_t i = 0; i < spec.encoder_rates.size(); ++i) {
    products.push_back({kPassage, 3 * d, 2 * d});
    products.push_back({kQuestion, 3 * d, 2 * d});
  }
  products.push_back({kPassage, d, kQuestion});
  products.push_back({kPassage, kQuestion, d});
  products.push_back({1, kPassage, d});
  products.push_back({kPassage, 4 * d + model::kFeatureCount, d});
  for (size_t i = 0; i < spec.model_rates.size(); ++i) products.push_back({kPassage, 3 * d, 2 * d});
  products.push_back({kPassage, d, d});
  products.push_back({kPassage, d, model::kTagCount});
  return products;
}

double Operations(const std::vector<Product>& products) {
  double sum = 0;
  for (const Product& p : products) sum += 2.0 * static_cast<double>(p.m * p.k * p.n);
  return sum;
}

// oneDNN's matmul primitive for one product, on memory of its own.
class PlainProduct {
 public:
  PlainProduct(const Product& p, const dnnl::engine& engine)
      : a_(p.m * p.k, 0.5F), b_(p.k * p.n, 0.25F), c_(p.m * p.n), matmul_(Describe(p, engine)) {
    const auto memory = [&](int64_t rows, int64_t columns, std::vector<float>* values) {
      return dnnl::memory(Matrix(rows, columns), engine, values->data());
    };
    arguments_ = {{DNNL_ARG_SRC, memory(p.m, p.k, &a_)},
                  {DNNL_ARG_WEIGHTS, memory(p.k, p.n, &b_)},
                  {DNNL_ARG_DST, memory(p.m, p.n, &c_)}};
  }

  void Run(dnnl::stream& stream) { matmul_.execute(stream, arguments_); }

 private:
  static dnnl::memory::desc Matrix(int64_t rows, int64_t columns) {
    return {{rows, columns}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::ab};
  }
  static dnnl::matmul::primitive_desc Describe(const Product& p, const dnnl::engine& engine) {
    return {dnnl::matmul::desc(Matrix(p.m, p.k), Matrix(p.k, p.n), Matrix(p.m, p.n)), engine};
  }

  std::vector<float> a_, b_, c_;
  dnnl::matmul matmul_;
  std::unordered_map<int, dnnl::memory> arguments_;
};

class ProductsAlone {
 public:
  explicit ProductsAlone(const std::vector<Product>& products) : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {
    for (const Product& product : products) products_.push_back(std::make_unique<PlainProduct>(product, engine_));
  }
  void Run() {
    for (const auto& product : products_) product->Run(stream_);
    stream_.wait();
  }

 private:
  dnnl::engine engine_;
  dnnl::stream stream_;
  std::vector<std::unique_ptr<PlainProduct>> products_;
};

// Seconds by node, of all runs while profiling.
std::map<std::string, double>& NodeTimes() {
  static auto* const times = new std::map<std::string, double>;
  return *times;
}

// Seconds by operation, of the same graph without its annotations.
std::map<std::string, double>& UnannotatedTimes() {
  static auto* const times = new std::map<std::string, double>;
  return *times;
}

class Setup {
 public:
  absl::Status Prepare() {
    const std::string dir = std::filesystem::temp_directory_path() / ("tiqu_engine_bench_" + std::to_string(getpid()));
    TIQU_ASSIGN_OR_RETURN(const std::string model, WriteRandomReader(BenchSpec(), dir));
    EngineOptions options, unannotated;
    unannotated.fuse = false;
    if (std::getenv("TIQU_PROFILE") != nullptr) {
      unannotated.observer = [](std::string_view, std::string_view op, double seconds) {
        UnannotatedTimes()[std::string(op)] += seconds;
      };
      options.observer = [](std::string_view node, std::string_view op, double seconds) {
        NodeTimes()[std::string(node) + " " + std::string(op)] += seconds;
      };
    }
    const auto start = std::chrono::steady_clock::now();
    TIQU_ASSIGN_OR_RETURN(engine_, Engine::Load(model, options));
    load_seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    TIQU_ASSIGN_OR_RETURN(plain_, Engine::Load(model, {.fuse = false, .fuse_elementwise = false}));
    TIQU_ASSIGN_OR_RETURN(chained_, Engine::Load(model, unannotated));
    std::filesystem::remove_all(dir);
    Random random(3);
    inputs_ = BatchInputs({RandomSample(BenchSpec(), kQuestion, kPassage, &random)});
    return Compare(*plain_);
  }

  // The graph as one that nobody annotated: op by op, and with the fusions that need no annotations.
  void RunPlain() { benchmark::DoNotOptimize(plain_->RunInto("qa", inputs_, &outputs_)); }
  void RunChained() { benchmark::DoNotOptimize(chained_->RunInto("qa", inputs_, &outputs_)); }

  void Run() { benchmark::DoNotOptimize(engine_->RunInto("qa", inputs_, &outputs_)); }
  double load_seconds() const { return load_seconds_; }
  MemoryUse memory_use() const { return engine_->memory_use("qa"); }

 private:
  absl::Status Compare(const Engine& plain) const {
    TIQU_ASSIGN_OR_RETURN(const TensorMap fused, engine_->Run("qa", inputs_));
    TIQU_ASSIGN_OR_RETURN(const TensorMap expected, plain.Run("qa", inputs_));
    const Tensor &a = fused.at("pa"), &b = expected.at("pa");
    double worst = 0;
    for (int64_t i = 0; i < a.size(); ++i) {
      worst = std::max(worst, std::abs(double{a.data<float>()[i]} - b.data<float>()[i]));
    }
    std::printf("answer checked: fused and op by op differ by at most %.1e\n", worst);
    if (worst < kTolerance) return absl::OkStatus();
    return absl::InternalError("the fused answer is wrong");
  }

  std::shared_ptr<const Engine> engine_, plain_, chained_;
  TensorMap inputs_, outputs_;
  double load_seconds_ = 0;
};

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

// In turns, so that both sides see the same clock and the same neighbours.
void PrintRatio(Setup* setup, ProductsAlone* products) {
  constexpr int kRounds = 200;
  std::vector<double> run, alone;
  NodeTimes().clear();
  for (int i = 0; i < kRounds; ++i) {
    run.push_back(ThreadSecondsOf([&] { setup->Run(); }));
    alone.push_back(ThreadSecondsOf([&] { products->Run(); }));
  }
  const double engine = Median(run), matrices = Median(alone), operations = Operations(ReaderProducts(BenchSpec()));
  std::printf("load %.0f ms; run %.3f ms (%.1f GFLOP/s); products alone %.3f ms (%.1f GFLOP/s); ratio %.3f\n",
              setup->load_seconds() * 1e3, engine * 1e3, operations / engine * 1e-9, matrices * 1e3,
              operations / matrices * 1e-9, engine / matrices);
  const double best_run = *std::min_element(run.begin(), run.end());
  const double best_alone = *std::min_element(alone.begin(), alone.end());
  std::printf("best of %d: run %.3f ms, products alone %.3f ms, ratio %.3f\n", kRounds, best_run * 1e3,
              best_alone * 1e3, best_run / best_alone);
  const MemoryUse memory = setup->memory_use();
  std::printf("arena %.2f MB for %.2f MB of tensors\n", static_cast<double>(memory.arena_bytes) * 1e-6,
              static_cast<double>(memory.tensor_bytes) * 1e-6);
  for (const auto& [node, seconds] : NodeTimes()) std::printf("%9.1f us  %s\n", seconds / kRounds * 1e6, node.c_str());
}

void PrintUnannotated(Setup* setup) {
  constexpr int kRounds = 40;
  std::vector<double> plain, chained;
  for (int i = 0; i < kRounds; ++i) {
    plain.push_back(ThreadSecondsOf([&] { setup->RunPlain(); }));
    chained.push_back(ThreadSecondsOf([&] { setup->RunChained(); }));
  }
  std::printf("without annotations: op by op %.3f ms, with elementwise chains %.3f ms, ratio %.3f\n",
              Median(plain) * 1e3, Median(chained) * 1e3, Median(plain) / Median(chained));
  for (const auto& [op, seconds] : UnannotatedTimes()) {
    std::printf("%9.1f us  %s\n", seconds / kRounds * 1e6, op.c_str());
  }
}

int Main(int argc, char** argv) {
  omp_set_num_threads(1);
  benchmark::Initialize(&argc, argv);
  Setup setup;
  if (const absl::Status status = setup.Prepare(); !status.ok()) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    return 1;
  }
  ProductsAlone products(ReaderProducts(BenchSpec()));
  benchmark::RegisterBenchmark("EngineRun", [&](benchmark::State& state) {
    for (auto _ : state) setup.Run();
  })->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("ProductsAlone", [&](benchmark::State& state) {
    for (auto _ : state) products.Run();
  })->Unit(benchmark::kMillisecond);
  benchmark::RunSpecifiedBenchmarks();
  PrintRatio(&setup, &products);
  PrintUnannotated(&setup);
  return 0;
}

}  // namespace
}  // namespace tiqu::engine

int main(int argc, char** argv) { return tiqu::engine::Main(argc, argv); }
