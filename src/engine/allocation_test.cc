// What a run takes from the heap once its shapes have been seen: nothing. Sanitizers bring an operator new of their
// own; with them the test is skipped.
#include <cstdlib>
#include <new>

#include "engine/engine.h"
#include "engine/reader_model_test_util.h"
#include "gtest/gtest.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TIQU_COUNT_ALLOCATIONS 0
#elif defined(__clang__)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TIQU_COUNT_ALLOCATIONS 0
#endif
#endif
#ifndef TIQU_COUNT_ALLOCATIONS
#define TIQU_COUNT_ALLOCATIONS 1
#endif

namespace {

thread_local int64_t allocations = 0;  // of this thread, with operator new

}  // namespace

#if TIQU_COUNT_ALLOCATIONS
// Not inlined: the compiler would see malloc meet delete.
[[gnu::noinline]] void* operator new(size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes > 0 ? bytes : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(size_t bytes, std::align_val_t alignment) {
  ++allocations;
  const auto unit = static_cast<size_t>(alignment);
  if (void* memory = std::aligned_alloc(unit, (bytes + unit - 1) / unit * unit)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
#endif

namespace tiqu::engine {
namespace {

class AllocationTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!TIQU_COUNT_ALLOCATIONS) GTEST_SKIP() << "the sanitizer has its own operator new";
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    const auto dir =
        WriteRandomReader(spec_, testing::TempDir() + "/allocation_" + name + "_" + std::to_string(::getpid()));
    ASSERT_TRUE(dir.ok()) << dir.status();
    dir_ = *dir;
  }

  std::shared_ptr<const Engine> Load(const EngineOptions& options) const {
    auto engine = Engine::Load(dir_, options);
    EXPECT_TRUE(engine.ok()) << engine.status();
    return engine.ok() ? *engine : nullptr;
  }

  TensorMap Inputs(int question, int passage, int batch, uint64_t seed) const {
    Random random(seed);
    std::vector<ReaderSample> samples;
    for (int i = 0; i < batch; ++i) samples.push_back(RandomSample(spec_, question, passage, &random));
    return BatchInputs(samples);
  }

  // Allocations of one run, and its answer in `outputs`.
  static int64_t CountRun(const Engine& engine, const TensorMap& inputs, TensorMap* outputs) {
    const int64_t before = allocations;
    const absl::Status status = engine.RunInto("qa", inputs, outputs);
    const int64_t count = allocations - before;
    EXPECT_TRUE(status.ok()) << status;
    return count;
  }

  model::ModelSpec spec_ = SmallSpec();
  std::string dir_;
};

TEST_F(AllocationTest, TheFusedReaderAllocatesNothingOnceItHasSeenTheShapes) {
  const auto engine = Load({});
  const TensorMap first = Inputs(9, 120, 3, 1), second = Inputs(9, 120, 3, 2);
  TensorMap outputs;
  for (int i = 0; i < 3; ++i) CountRun(*engine, i % 2 == 0 ? first : second, &outputs);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(CountRun(*engine, i % 2 == 0 ? first : second, &outputs), 0) << i;
}

TEST_F(AllocationTest, SimilarLengthsShareAPlan) {
  const auto engine = Load({});
  std::vector<TensorMap> inputs;
  for (const int passage : {97, 105, 112}) {
    for (const int question : {9, 10}) inputs.push_back(Inputs(question, passage, 1, passage));
  }
  TensorMap outputs;
  for (int round = 0; round < 3; ++round) {
    for (const TensorMap& one : inputs) CountRun(*engine, one, &outputs);
  }
  for (const TensorMap& one : inputs) EXPECT_EQ(CountRun(*engine, one, &outputs), 0);
}

TEST_F(AllocationTest, OpByOpItAllocatesNothingEither) {
  for (const bool elementwise : {false, true}) {
    const auto engine = Load({.fuse = false, .fuse_elementwise = elementwise});
    const TensorMap inputs = Inputs(9, 120, 3, 1);
    TensorMap outputs;
    for (int i = 0; i < 3; ++i) CountRun(*engine, inputs, &outputs);
    EXPECT_EQ(CountRun(*engine, inputs, &outputs), 0);
  }
}

TEST_F(AllocationTest, TheArenaIsSmallerThanTheSumOfItsTensors) {
  const auto engine = Load({});
  TensorMap outputs;
  for (int i = 0; i < 2; ++i) CountRun(*engine, Inputs(9, 120, 3, 1), &outputs);
  const MemoryUse use = engine->memory_use("qa");
  EXPECT_GT(use.arena_bytes, 0);
  EXPECT_LT(2 * use.arena_bytes, use.tensor_bytes);
  EXPECT_EQ(use.kept_bytes, use.arena_bytes);
  EXPECT_EQ(engine->memory_use("none").arena_bytes, 0);
}

}  // namespace
}  // namespace tiqu::engine
