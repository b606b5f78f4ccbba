#include "engine/run_memory.h"

#include <algorithm>
#include <cstring>
#include <thread>

#include "base/random.h"
#include "gtest/gtest.h"

namespace tiqu::engine {
namespace {

ShapeKey KeyOf(const Shape& shape) {
  ShapeKey key;
  AppendToKey(shape, &key);
  return key;
}

Tensor Bytes(int64_t count, int fill) {
  Tensor tensor = *NewTensor(DataType::kUint8, {count});
  std::memset(tensor.data<uint8_t>(), fill, static_cast<size_t>(count));
  return tensor;
}

bool AllAre(const Tensor& tensor, int fill) {
  const auto* bytes = tensor.data<uint8_t>();
  return std::all_of(bytes, bytes + tensor.size(), [fill](uint8_t byte) { return byte == fill; });
}

// Three steps, each makes a value of `size` bytes from the one before, with scratch in between; the last one leaves.
Tensor RunChain(RunMemory* memory, int64_t size, const Shape& shape) {
  RunScope run(memory, KeyOf(shape));
  for (int step = 0; step < 3; ++step) {
    run.BeginStep(step);
    run.values()[step] = Bytes(size, step);
    const Tensor scratch = Bytes(size / 2, 99);
    if (step > 0) {
      EXPECT_TRUE(AllAre(run.values()[step - 1], step - 1));
      run.values()[step - 1] = Tensor();
    }
    EXPECT_TRUE(AllAre(scratch, 99));
  }
  Tensor last = run.values()[2];
  run.Complete();
  return last;
}

TEST(RunMemoryTest, SimilarShapesShareABucketAndOthersDoNot) {
  EXPECT_EQ(KeyOf({2, 520}), KeyOf({2, 640}));
  EXPECT_NE(KeyOf({2, 512}), KeyOf({2, 513}));
  EXPECT_NE(KeyOf({2, 640}), KeyOf({3, 640}));
  EXPECT_NE(KeyOf({7}), KeyOf({8}));
  EXPECT_NE(KeyOf({6}), KeyOf({6, 1}));
}

TEST(RunMemoryTest, TheSecondRunLiesInAnArenaSmallerThanTheSumOfItsTensors) {
  RunMemory memory(3, 3);
  EXPECT_TRUE(AllAre(RunChain(&memory, 4096, {2, 7}), 2));
  EXPECT_TRUE(AllAre(RunChain(&memory, 4096, {2, 7}), 2));
  const RunMemory::Usage usage = memory.usage();
  EXPECT_EQ(usage.buckets, 1U);
  EXPECT_EQ(usage.recordings, 1);
  EXPECT_EQ(usage.tensor_bytes, 2 * 4096 + 3 * 2048);  // the last value comes from the pool: it outlives the run
  EXPECT_EQ(usage.arena_bytes, 2 * 4096 + 2048);
  EXPECT_EQ(usage.kept_bytes, usage.arena_bytes);
}

TEST(RunMemoryTest, ALargerRunOfTheBucketEnlargesThePlan) {
  RunMemory memory(3, 3);
  for (const int64_t size : {1024, 4096, 4096, 1024}) EXPECT_TRUE(AllAre(RunChain(&memory, size, {2, 7}), 2));
  const RunMemory::Usage usage = memory.usage();
  EXPECT_EQ(usage.buckets, 1U);
  EXPECT_EQ(usage.recordings, 2);  // the first run, and the one after the second, which did not fit
  EXPECT_EQ(usage.arena_bytes, 2 * 4096 + 2048);
  for (const int64_t size : {100, 4096, 3000}) EXPECT_TRUE(AllAre(RunChain(&memory, size, {2, 7}), 2));
  EXPECT_EQ(memory.usage().recordings, 2);
}

TEST(RunMemoryTest, BucketsAreBounded) {
  RunMemory memory(3, 3);
  for (int64_t size = 1000; size < 1000000; size = size * 5 / 4) RunChain(&memory, 100, {size});
  EXPECT_EQ(memory.usage().buckets, RunMemory::kMostBuckets);
}

TEST(RunMemoryTest, LargeArenasAreNotKept) {
  RunMemory memory(3, 3);
  for (int i = 0; i < 2; ++i) RunChain(&memory, RunMemory::kMostKeptBytes / 2, {1});
  EXPECT_EQ(memory.usage().kept_bytes, 0);
}

TEST(RunMemoryTest, AFailedRunPlansNothing) {
  RunMemory memory(3, 3);
  {
    RunScope run(&memory, KeyOf({10}));
    run.BeginStep(0);
    run.values()[0] = Bytes(10, 1);
  }
  EXPECT_EQ(memory.usage().recordings, 0);
  RunChain(&memory, 10, {10});
  EXPECT_EQ(memory.usage().recordings, 1);
}

TEST(RunMemoryTest, ATensorThatOutlivesAPlannedRunKeepsItsBytes) {
  RunMemory memory(1, 1);
  Tensor kept;
  for (const bool keep : {false, true, false, false}) {
    RunScope run(&memory, KeyOf({3}));
    run.BeginStep(0);
    Tensor value = Bytes(1000, keep ? 7 : 8);
    if (keep) kept = value;
    run.Complete();
  }
  EXPECT_TRUE(AllAre(kept, 7));
}

// Runs that take what they like, as much as they like, and let go of it when they like.
TEST(RunMemoryTest, RunsThatGoAsTheyLikeDoNoHarm) {
  Random random(3);
  RunMemory memory(8, 10);
  std::vector<std::pair<Tensor, int>> outside;
  for (int round = 0; round < 300; ++round) {
    RunScope run(&memory, KeyOf({random.Between(1, 3)}));
    std::vector<int> fill(8, -1);
    for (int step = 0; step < 10; ++step) {
      run.BeginStep(step);
      for (int takes = random.Between(0, 3); takes > 0; --takes) {
        const int value = random.Between(0, 7);
        fill[value] = random.Between(0, 255);
        run.values()[value] = Bytes(random.Between(0, 3000), fill[value]);
        if (random.Between(0, 40) == 0) outside.emplace_back(run.values()[value], fill[value]);
      }
      for (int value = 0; value < 8; ++value) {
        if (fill[value] >= 0) {
          ASSERT_TRUE(AllAre(run.values()[value], fill[value])) << "round " << round;
        }
        if (random.Between(0, 3) == 0) {
          run.values()[value] = Tensor();
          fill[value] = -1;
        }
      }
    }
    for (const auto& [tensor, byte] : outside) ASSERT_TRUE(AllAre(tensor, byte)) << "round " << round;
    if (outside.size() > 10) outside.erase(outside.begin(), outside.begin() + 5);
    if (random.Between(0, 9) > 0) run.Complete();
  }
  EXPECT_LE(memory.usage().recordings, 3 * RunMemory::kMostRecordings);
}

TEST(RunMemoryTest, ThreadsHaveArenasOfTheirOwn) {
  RunMemory memory(3, 3);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&memory, i] {
      for (int round = 0; round < 50; ++round) {
        const int64_t kind = (i + round) % 3;
        EXPECT_TRUE(AllAre(RunChain(&memory, 900 + 100 * kind, {kind}), 2));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(memory.usage().buckets, 3U);
}

}  // namespace
}  // namespace tiqu::engine
