// The memory of one run: an arena whose tensors lie where the plan says, and the plan's values.
//
// Why a place is free when its tensor is taken: places are taken in the recorded order, and before place i is handed
// out every place that had ended before i in the recording is checked to have ended. Those that are still alive had not
// ended there either, so LayOutArena has kept them apart from i. If one has not ended, the run takes no more places.
//
// Thread safety: one thread at a time, but tensors may be let go on any thread and at any time: the workspace lives as
// long as they do.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "engine/buffer_pool.h"
#include "engine/shared_block.h"
#include "tensor/tensor.h"

namespace tiqu::engine {

// Immutable once made.
struct MemoryPlan {
  struct Place {
    int64_t offset = 0;
    int64_t bytes = 0;  // 0: the tensor comes from the pool
    int last = 0;       // the last place that was taken while this one was alive
  };
  std::vector<Place> places;     // in the order in which they are taken
  std::vector<int> first_place;  // of each step, and the number of places at the end
  std::vector<int> by_end;       // places by `last`
  int64_t bytes = 0;             // of the arena
  int64_t tensor_bytes = 0;      // of all places together
};

class Workspace final : public BlockSource {
 public:
  explicit Workspace(size_t values) : values_(values) {}

  // Makes room for the plan. REQUIRES: idle(). Throws std::bad_alloc.
  void Start(std::shared_ptr<const MemoryPlan> plan);
  void BeginStep(size_t step);
  std::shared_ptr<std::byte> Take(size_t bytes) override;

  // Whether each step took what was recorded for it, but for sizes; and the tensors that did not fit their places.
  bool as_planned() const { return as_planned_; }
  const std::vector<std::pair<int, size_t>>& too_large() const { return too_large_; }
  const std::shared_ptr<const MemoryPlan>& plan() const { return plan_; }
  bool idle() const { return owners_.load(std::memory_order_acquire) == 1; }  // no tensor lies in the arena
  int64_t arena_bytes() const { return arena_bytes_; }
  void FreeArena();  // REQUIRES: idle()
  std::vector<Tensor>& values() { return values_; }

  // The owner's way to delete: now, or with the last tensor.
  void Release();

 private:
  struct Slot {
    alignas(std::max_align_t) std::byte control_block[kControlBlockBytes];
    std::atomic<bool> alive = false;
  };
  struct Block {
    Workspace* workspace;
    Slot* slot;

    std::byte* control_block() const { return slot->control_block; }
    void Free();
  };
  struct AlignedDelete {
    void operator()(std::byte* memory) const;
  };

  bool EndedAsPlanned(int place);

  std::vector<Tensor> values_;
  std::unique_ptr<std::byte, AlignedDelete> arena_;
  int64_t arena_bytes_ = 0;
  std::unique_ptr<Slot[]> slots_;
  size_t slot_count_ = 0;
  std::atomic<int> owners_ = 1;  // tensors in the arena, and whoever runs or keeps this

  // Of the run.
  std::shared_ptr<const MemoryPlan> plan_;
  int next_ = 0, end_ = 0;  // places of the step that are left
  size_t ended_ = 0;        // of plan_->by_end, checked to have ended
  bool as_planned_ = true, lived_too_long_ = false;
  std::vector<std::pair<int, size_t>> too_large_;  // place and bytes
};

}  // namespace tiqu::engine
