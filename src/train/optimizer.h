// Adam (Kingma & Ba 2015) with clipping by the global norm and an exponential average of the weights, on flat buffers.
//
//   m = 0.9 m + 0.1 g;  v = 0.999 v + 0.001 g^2;  w -= rate * (m / (1 - 0.9^t)) / (sqrt(v / (1 - 0.999^t)) + 1e-8)
//   a = k a + (1 - k) w,  k = min(ema_decay, (1 + t) / (10 + t))
//
// The buffers can be worked on in slices, one a worker. Thread safety: different slices may be updated at once.
#pragma once

#include <cstdint>
#include <vector>

namespace tiqu::train {

struct AdamState {
  int64_t step = 0;  // updates made
  std::vector<float> first_moment;
  std::vector<float> second_moment;
  std::vector<float> average;  // of the weights; empty: not kept

  AdamState() = default;
  AdamState(int64_t size, bool keep_average);
};

struct AdamUpdate {
  double rate = 1e-3;
  double gradient_scale = 1.0;  // from clipping
  double ema_decay = 0.0;
  int64_t step = 1;  // of this update, from 1
};

// Updates elements [begin, end) of the weights by the gradient. Does not touch state->step.
void UpdateSlice(const AdamUpdate& update, int64_t begin, int64_t end, const float* gradient, AdamState* state,
                 float* weights);

// min(1, clip / norm); 1 when clip is 0.
double ClipScale(double norm, double clip);

}  // namespace tiqu::train
