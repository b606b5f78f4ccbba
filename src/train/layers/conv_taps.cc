#include "train/layers/conv_taps.h"

#include <algorithm>
#include <cstring>

#include "train/layers/vector_ops.h"

namespace tiqu::train {
namespace {

// Calls visit(row, first, last) for each row of [row, row + count) with the bounds of its sequence.
template <typename Visit>
void ForEachRow(const Packing& packing, int64_t row, int64_t count, Visit visit) {
  auto next = std::upper_bound(packing.begin.begin(), packing.begin.end(), row);
  for (int64_t t = row; t < row + count; ++t) {
    while (t >= *next) ++next;
    visit(t, *(next - 1), *next);
  }
}

}  // namespace

void GatherTaps(const Packing& packing, int64_t rate, int64_t d, int64_t row, int64_t count, const float* x,
                float* columns) {
  const size_t bytes = static_cast<size_t>(d) * sizeof(float);
  ForEachRow(packing, row, count, [&](int64_t t, int64_t first, int64_t last) {
    float* out = columns + (t - row) * 3 * d;
    if (t - rate >= first) {
      std::memcpy(out, x + (t - rate) * d, bytes);
    } else {
      std::memset(out, 0, bytes);
    }
    std::memcpy(out + d, x + t * d, bytes);
    if (t + rate < last) {
      std::memcpy(out + 2 * d, x + (t + rate) * d, bytes);
    } else {
      std::memset(out + 2 * d, 0, bytes);
    }
  });
}

void ScatterTaps(const Packing& packing, int64_t rate, int64_t d, int64_t row, int64_t count, const float* columns,
                 float* d_x) {
  ForEachRow(packing, row, count, [&](int64_t t, int64_t first, int64_t last) {
    const float* in = columns + (t - row) * 3 * d;
    if (t - rate >= first) AddTo(d, in, d_x + (t - rate) * d);
    AddTo(d, in + d, d_x + t * d);
    if (t + rate < last) AddTo(d, in + 2 * d, d_x + (t + rate) * d);
  });
}

}  // namespace tiqu::train
