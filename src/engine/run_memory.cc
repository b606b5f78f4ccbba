#include "engine/run_memory.h"

#include <algorithm>
#include <bit>
#include <new>
#include <numeric>

#include "engine/arena.h"
#include "engine/workspace.h"

namespace tiqu::engine {
namespace {

// Up to 8 as it is, then to the next of 4, 5, 6 and 7 times a power of two.
int64_t RoundDimension(int64_t size) {
  if (size <= 8) return size;
  const auto step = static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(size)) / 4);
  return (size + step - 1) / step * step;
}

// REQUIRES: tensor i is taken at moment i.
std::shared_ptr<const MemoryPlan> MakePlan(const std::vector<Lifetime>& tensors, const std::vector<int>& first_place) {
  const ArenaLayout layout = LayOutArena(tensors);
  auto plan = std::make_shared<MemoryPlan>();
  plan->first_place = first_place;
  plan->bytes = layout.bytes;
  for (size_t i = 0; i < tensors.size(); ++i) {
    plan->places.push_back({layout.offsets[i], tensors[i].bytes, tensors[i].last});
    plan->tensor_bytes += tensors[i].bytes;
    if (tensors[i].bytes > 0) plan->by_end.push_back(static_cast<int>(i));
  }
  std::stable_sort(plan->by_end.begin(), plan->by_end.end(),
                   [&](int a, int b) { return plan->places[a].last < plan->places[b].last; });
  return plan;
}

// The plan of a run with room for what did not fit.
std::shared_ptr<const MemoryPlan> Enlarge(const Workspace& workspace) {
  const MemoryPlan& before = *workspace.plan();
  std::vector<Lifetime> tensors;
  for (const MemoryPlan::Place& place : before.places) {
    tensors.push_back({place.bytes, static_cast<int>(tensors.size()), place.last});
  }
  for (const auto& [place, bytes] : workspace.too_large()) {
    tensors[place].bytes = static_cast<int64_t>(RoundToBlock(bytes));
  }
  return MakePlan(tensors, before.first_place);
}

}  // namespace

void AppendToKey(const Shape& shape, ShapeKey* key) {
  key->push_back(static_cast<int64_t>(shape.size()));
  for (const int64_t size : shape) key->push_back(RoundDimension(size));
}

// Serves a run from the heap (the pool would keep what later runs do not need) and writes down what it takes. Tensors
// may outlive it on other threads.
class Recording final : public BlockSource, public std::enable_shared_from_this<Recording> {
 public:
  void BeginStep(size_t step) {
    const std::lock_guard lock(mutex_);
    first_.resize(step + 1, static_cast<int>(taken_.size()));
  }

  std::shared_ptr<std::byte> Take(size_t bytes) override {
    const size_t rounded = RoundToBlock(bytes);
    auto* memory = static_cast<std::byte*>(::operator new(rounded, kBlockAlignment));
    int place = 0;
    {
      const std::lock_guard lock(mutex_);
      place = static_cast<int>(taken_.size());
      taken_.push_back({static_cast<int64_t>(rounded), place, kAlive});
    }
    return {memory, [self = shared_from_this(), place](std::byte* block) {
              ::operator delete(block, kBlockAlignment);
              self->End(place);
            }};
  }

  // Nothing more is written down. A tensor that is still alive outlives the run. What lies at the same place of the
  // same step in `before` is given as much room as there.
  std::shared_ptr<const MemoryPlan> Finish(size_t steps, const MemoryPlan* before) {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    first_.resize(steps + 1, static_cast<int>(taken_.size()));
    if (before != nullptr) KeepSizes(*before);
    for (Lifetime& tensor : taken_) {
      if (tensor.last == kAlive) tensor.bytes = 0;
    }
    return MakePlan(taken_, first_);
  }

 private:
  static constexpr int kAlive = -1;
  static constexpr std::align_val_t kBlockAlignment{64};

  void End(int place) {
    const std::lock_guard lock(mutex_);
    if (!finished_) taken_[place].last = static_cast<int>(taken_.size()) - 1;
  }

  void KeepSizes(const MemoryPlan& before) {
    for (size_t step = 0; step + 1 < first_.size(); ++step) {
      const int count =
          std::min(first_[step + 1] - first_[step], before.first_place[step + 1] - before.first_place[step]);
      for (int i = 0; i < count; ++i) {
        int64_t& bytes = taken_[first_[step] + i].bytes;
        bytes = std::max(bytes, before.places[before.first_place[step] + i].bytes);
      }
    }
  }

  std::mutex mutex_;
  std::vector<Lifetime> taken_;
  std::vector<int> first_;  // of each step so far
  bool finished_ = false;
};

void WorkspaceRelease::operator()(Workspace* workspace) const { workspace->Release(); }

RunMemory::RunMemory(size_t values, size_t steps) : values_(values), steps_(steps) {}
RunMemory::~RunMemory() = default;

RunMemory::Usage RunMemory::usage() const {
  const std::lock_guard lock(mutex_);
  Usage usage;
  usage.buckets = buckets_.size();
  for (const auto& bucket : buckets_) usage.recordings += bucket->recordings;
  if (!buckets_.empty() && buckets_.front()->plan != nullptr) {
    usage.arena_bytes = buckets_.front()->plan->bytes;
    usage.tensor_bytes = buckets_.front()->plan->tensor_bytes;
  }
  usage.kept_bytes = kept_bytes_;
  return usage;
}

// REQUIRES: the lock.
std::shared_ptr<RunMemory::Bucket> RunMemory::FindBucket(const ShapeKey& key) {
  auto it = std::find_if(buckets_.begin(), buckets_.end(), [&](const auto& bucket) { return bucket->key == key; });
  if (it == buckets_.end()) {
    auto bucket = std::make_shared<Bucket>();
    bucket->key = key;
    if (buckets_.size() == kMostBuckets) buckets_.pop_back();
    it = buckets_.insert(buckets_.end(), std::move(bucket));
  }
  std::rotate(buckets_.begin(), it, it + 1);
  return buckets_.front();
}

// REQUIRES: the lock.
WorkspacePtr RunMemory::TakeWorkspace() {
  if (free_.empty()) return WorkspacePtr(new Workspace(values_));
  WorkspacePtr workspace = std::move(free_.back());
  free_.pop_back();
  kept_bytes_ -= workspace->arena_bytes();
  return workspace;
}

// REQUIRES: the lock. A workspace in which tensors still lie is theirs from now on.
void RunMemory::GiveBack(WorkspacePtr workspace) {
  if (!workspace->idle()) return;
  if (kept_bytes_ + workspace->arena_bytes() > kMostKeptBytes) workspace->FreeArena();
  kept_bytes_ += workspace->arena_bytes();
  free_.push_back(std::move(workspace));
}

RunScope::RunScope(RunMemory* memory, const ShapeKey& key) : memory_(*memory) {
  std::shared_ptr<const MemoryPlan> plan;
  {
    const std::lock_guard lock(memory_.mutex_);
    bucket_ = memory_.FindBucket(key);
    workspace_ = memory_.TakeWorkspace();
    const bool wanted = bucket_->plan == nullptr || bucket_->stale;
    if (wanted && !bucket_->recording && bucket_->recordings < RunMemory::kMostRecordings) {
      bucket_->recording = true;
      recording_ = std::make_shared<Recording>();
    } else {
      plan = bucket_->plan;
    }
  }
  planned_ = plan != nullptr && Start(std::move(plan));
  BlockSource* const planned = planned_ ? workspace_.get() : nullptr;
  source_.emplace(recording_ != nullptr ? recording_.get() : planned);
}

// False when there is no memory for the arena.
bool RunScope::Start(std::shared_ptr<const MemoryPlan> plan) {
  try {
    workspace_->Start(std::move(plan));
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

RunScope::~RunScope() {
  for (Tensor& value : workspace_->values()) value = Tensor();
  source_.reset();
  std::shared_ptr<const MemoryPlan> plan;
  if (recording_ != nullptr && complete_) plan = recording_->Finish(memory_.steps_, bucket_->plan.get());
  const std::lock_guard lock(memory_.mutex_);
  if (recording_ != nullptr) bucket_->recording = false;
  if (plan != nullptr) {
    bucket_->plan = std::move(plan);
    bucket_->stale = false;
    ++bucket_->recordings;
  }
  if (planned_ && !workspace_->as_planned()) bucket_->stale = true;
  const bool enlarge = planned_ && !workspace_->too_large().empty() && bucket_->plan == workspace_->plan();
  if (enlarge && bucket_->recordings < RunMemory::kMostRecordings) {
    bucket_->plan = Enlarge(*workspace_);
    ++bucket_->recordings;
  }
  memory_.GiveBack(std::move(workspace_));
}

std::vector<Tensor>& RunScope::values() { return workspace_->values(); }

void RunScope::BeginStep(size_t step) {
  if (recording_ != nullptr) recording_->BeginStep(step);
  if (planned_) workspace_->BeginStep(step);
}

}  // namespace tiqu::engine
