// The memory of a signature's runs: planned once for each bucket of similar input shapes, then the same at every run.
//
//   RunMemory memory(plan's number of values, plan's number of steps);
//   RunScope run(&memory, key);                 // one run, on this thread
//   run.BeginStep(0);
//   run.values()[3] = *NewTensor(...);          // from the arena, at the offset that is planned for this tensor
//   run.Complete();
//
// The first run of a bucket is recorded: how large each tensor is that is taken, scratch of a layer included, and how
// many were taken when it is let go. LayOutArena makes offsets of that. Later runs take the same tensors in the same
// order; each finds its place in the arena without a search. What does not go as recorded comes from the buffer pool. A
// tensor larger than its place has the place enlarged for the next runs. After one more than there were in that step,
// or one that lived longer than it did (its place may be another's by now, so all that follow come from the pool), the
// bucket is recorded anew. What outlives the run, as outputs do, is never planned.
//
// A workspace is an arena and the values of one run. Runs at the same time have one each; it goes back when the run
// ends, and serves every bucket.
//
// Bounded: buckets by their number, the least recently used goes; kept arenas by their bytes.
//
// Thread safety: RunMemory yes; a RunScope belongs to the thread that made it.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "engine/buffer_pool.h"
#include "tensor/tensor.h"

namespace tiqu::engine {

// The bucket of a run: for each input its rank and its dimensions, rounded up so that similar lengths share a bucket.
using ShapeKey = absl::InlinedVector<int64_t, 32>;
void AppendToKey(const Shape& shape, ShapeKey* key);

struct MemoryPlan;
class Recording;
class Workspace;
struct WorkspaceRelease {
  void operator()(Workspace* workspace) const;
};
using WorkspacePtr = std::unique_ptr<Workspace, WorkspaceRelease>;

class RunMemory {
 public:
  static constexpr size_t kMostBuckets = 16;
  static constexpr int64_t kMostKeptBytes = int64_t{128} << 20;
  // A bucket whose runs differ in more than their data's sizes is not recorded for ever.
  static constexpr int kMostRecordings = 16;

  RunMemory(size_t values, size_t steps);
  ~RunMemory();

  struct Usage {
    size_t buckets = 0;
    int recordings = 0;        // of all buckets there are
    int64_t arena_bytes = 0;   // of the bucket used last: its arena,
    int64_t tensor_bytes = 0;  // and the sum of what lies in it
    int64_t kept_bytes = 0;    // of the arenas that wait for a run
  };
  Usage usage() const;

 private:
  friend class RunScope;

  struct Bucket {
    ShapeKey key;
    std::shared_ptr<const MemoryPlan> plan;  // null until the first run is over
    bool recording = false;                  // a run of it is being recorded
    bool stale = false;                      // a run was not as recorded
    int recordings = 0;
  };

  std::shared_ptr<Bucket> FindBucket(const ShapeKey& key);
  WorkspacePtr TakeWorkspace();
  void GiveBack(WorkspacePtr workspace);

  const size_t values_, steps_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Bucket>> buckets_;  // the most recently used first
  std::vector<WorkspacePtr> free_;
  int64_t kept_bytes_ = 0;
};

// One run.
class RunScope {
 public:
  // REQUIRES: `memory` outlives this.
  RunScope(RunMemory* memory, const ShapeKey& key);
  ~RunScope();  // lets go of the values
  RunScope(const RunScope&) = delete;
  RunScope& operator=(const RunScope&) = delete;

  // As many as the plan has; empty at the begin.
  std::vector<Tensor>& values();
  // REQUIRES: each step at most once, in order.
  void BeginStep(size_t step);
  // The run went well to its end: if it was recorded, later ones go by it.
  void Complete() { complete_ = true; }

 private:
  bool Start(std::shared_ptr<const MemoryPlan> plan);

  RunMemory& memory_;
  std::shared_ptr<RunMemory::Bucket> bucket_;
  WorkspacePtr workspace_;
  std::shared_ptr<Recording> recording_;  // null: not recorded
  std::optional<BlockSourceScope> source_;
  bool planned_ = false;  // tensors come from the workspace
  bool complete_ = false;
};

}  // namespace tiqu::engine
