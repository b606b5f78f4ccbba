#include "decode/windows.h"

#include <algorithm>
#include <cmath>

#include "decode/crf.h"

namespace tiqu::decode {

std::vector<Window> PlanWindows(int32_t passage_chars, int32_t window_chars, int32_t overlap_chars) {
  std::vector<Window> windows;
  const int64_t chars = passage_chars;
  const int64_t stride = int64_t{window_chars} - overlap_chars;
  for (int64_t begin = 0; begin < chars; begin += stride) {
    const int64_t end = std::min(begin + window_chars, chars);
    Window window;
    window.begin = static_cast<int32_t>(begin);
    window.end = static_cast<int32_t>(end);
    // The middle of the overlap lies equally far from both cuts.
    window.own_begin = begin == 0 ? 0 : window.begin + overlap_chars / 2;
    window.own_end = end == chars ? passage_chars : static_cast<int32_t>(begin + stride + overlap_chars / 2);
    windows.push_back(window);
    if (end == chars) break;
  }
  return windows;
}

void TakeOwnPart(const Window& window, std::span<const float> pa, std::span<float> log_pa) {
  constexpr float kLowest = 1e-30F;
  const auto count = static_cast<size_t>(window.own_end - window.own_begin) * kTags;
  const float* from = pa.data() + static_cast<size_t>(window.own_begin - window.begin) * kTags;
  float* to = log_pa.data() + static_cast<size_t>(window.own_begin) * kTags;
  for (size_t i = 0; i < count; ++i) to[i] = std::log(std::max(from[i], kLowest));
}

}  // namespace tiqu::decode
