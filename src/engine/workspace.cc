#include "engine/workspace.h"

#include <new>

namespace tiqu::engine {
namespace {

constexpr std::align_val_t kArenaBase{64};

}  // namespace

void Workspace::AlignedDelete::operator()(std::byte* memory) const { ::operator delete(memory, kArenaBase); }

void Workspace::Start(std::shared_ptr<const MemoryPlan> plan) {
  if (plan->bytes > arena_bytes_) {
    FreeArena();
    arena_.reset(static_cast<std::byte*>(::operator new(static_cast<size_t>(plan->bytes), kArenaBase)));
    arena_bytes_ = plan->bytes;
  }
  if (plan->places.size() > slot_count_) {
    slots_ = std::make_unique<Slot[]>(plan->places.size());
    slot_count_ = plan->places.size();
  }
  plan_ = std::move(plan);
  next_ = end_ = 0;
  ended_ = 0;
  as_planned_ = true;
  lived_too_long_ = false;
  too_large_.clear();
}

void Workspace::BeginStep(size_t step) {
  next_ = plan_->first_place[step];
  end_ = plan_->first_place[step + 1];
}

std::shared_ptr<std::byte> Workspace::Take(size_t bytes) {
  const int place = next_;
  if (place < end_) {
    ++next_;
    const MemoryPlan::Place& planned = plan_->places[place];
    if (planned.bytes == 0) return nullptr;
    if (static_cast<int64_t>(bytes) > planned.bytes) {
      too_large_.emplace_back(place, bytes);
      return nullptr;
    }
    if (EndedAsPlanned(place)) {
      Slot& slot = slots_[place];
      slot.alive.store(true, std::memory_order_relaxed);
      owners_.fetch_add(1, std::memory_order_relaxed);
      return ShareBlock(arena_.get() + planned.offset, Block{this, &slot});
    }
  }
  as_planned_ = false;
  return nullptr;
}

bool Workspace::EndedAsPlanned(int place) {
  while (!lived_too_long_ && ended_ < plan_->by_end.size()) {
    const int other = plan_->by_end[ended_];
    if (plan_->places[other].last >= place) break;
    if (slots_[other].alive.load(std::memory_order_acquire)) {
      lived_too_long_ = true;
    } else {
      ++ended_;
    }
  }
  return !lived_too_long_;
}

void Workspace::FreeArena() {
  arena_.reset();
  arena_bytes_ = 0;
}

void Workspace::Block::Free() {
  slot->alive.store(false, std::memory_order_release);
  workspace->Release();
}

void Workspace::Release() {
  if (owners_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

}  // namespace tiqu::engine
