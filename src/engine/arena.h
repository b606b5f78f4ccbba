// Where the tensors of a run lie in one block of memory: two share bytes when they are never alive at the same time.
//
//   LayOutArena({{256, 0, 1}, {128, 1, 2}, {256, 2, 3}})   ->   offsets 0, 256, 0; 384 bytes
//
// Thread safety: a free function without state.
#pragma once

#include <cstdint>
#include <vector>

namespace tiqu::engine {

// A tensor's bytes, and the first and the last moment of a run at which it is alive.
struct Lifetime {
  int64_t bytes = 0;
  int first = 0, last = 0;
};

struct ArenaLayout {
  std::vector<int64_t> offsets;  // of each tensor, a multiple of 64
  int64_t bytes = 0;             // of the whole
};

// The largest first, each into the smallest gap that it fits in between those that are placed and alive together with
// it.
ArenaLayout LayOutArena(const std::vector<Lifetime>& tensors);

}  // namespace tiqu::engine
