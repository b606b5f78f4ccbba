// Cuts a long passage into overlapping windows and joins what the network says of each.
//
//   PlanWindows(1000, 512, 128) -> [0,512) owns [0,448); [384,896) owns [448,832); [768,1000) owns [832,1000)
//
// A character is owned by the window in which it lies farthest from a cut. Decoding runs over the joined passage, so an
// answer may be longer than the overlap or than a window.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tiqu::decode {

struct Window {
  int32_t begin = 0;  // characters of the passage, half open
  int32_t end = 0;
  int32_t own_begin = 0;  // the part whose tag probabilities are taken from this window
  int32_t own_end = 0;
};

// REQUIRES: window_chars > overlap_chars >= 0. The own parts cover [0, passage_chars) without gap or overlap.
// An empty passage has no windows.
std::vector<Window> PlanWindows(int32_t passage_chars, int32_t window_chars, int32_t overlap_chars);

// Writes the logarithms of the window's own part to the passage's log_pa. pa: [>= window chars, 3], row 0 is the
// character at window.begin; log_pa: [passage_chars * 3]. Probabilities below 1e-30 count as 1e-30.
void TakeOwnPart(const Window& window, std::span<const float> pa, std::span<float> log_pa);

}  // namespace tiqu::decode
