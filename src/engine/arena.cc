#include "engine/arena.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace tiqu::engine {
namespace {

constexpr int64_t kArenaAlignment = 64;

int64_t Aligned(int64_t bytes) { return (bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment; }

bool AliveTogether(const Lifetime& a, const Lifetime& b) { return a.first <= b.last && b.first <= a.last; }

struct Placed {
  int64_t begin, end;
};

// The begin of the smallest gap of at least `bytes`; behind all others when there is none. REQUIRES: sorted by begin.
int64_t BestGap(const std::vector<Placed>& taken, int64_t bytes) {
  int64_t best = -1, best_size = std::numeric_limits<int64_t>::max(), end = 0;
  for (const Placed& other : taken) {
    const int64_t size = other.begin - end;
    if (size >= bytes && size < best_size) {
      best = end;
      best_size = size;
    }
    end = std::max(end, other.end);
  }
  return best < 0 ? end : best;
}

}  // namespace

ArenaLayout LayOutArena(const std::vector<Lifetime>& tensors) {
  std::vector<size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return tensors[a].bytes > tensors[b].bytes; });
  ArenaLayout layout;
  layout.offsets.assign(tensors.size(), 0);
  std::vector<Placed> taken;
  for (size_t i = 0; i < order.size(); ++i) {
    const Lifetime& tensor = tensors[order[i]];
    taken.clear();
    for (size_t j = 0; j < i; ++j) {
      const Lifetime& other = tensors[order[j]];
      const int64_t begin = layout.offsets[order[j]];
      if (AliveTogether(tensor, other)) taken.push_back({begin, begin + Aligned(other.bytes)});
    }
    std::sort(taken.begin(), taken.end(), [](const Placed& a, const Placed& b) { return a.begin < b.begin; });
    const int64_t offset = BestGap(taken, Aligned(tensor.bytes));
    layout.offsets[order[i]] = offset;
    layout.bytes = std::max(layout.bytes, offset + Aligned(tensor.bytes));
  }
  return layout;
}

}  // namespace tiqu::engine
