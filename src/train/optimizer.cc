#include "train/optimizer.h"

#include <algorithm>
#include <cmath>

#include "base/each_isa.h"
#include "train/layers/vector_ops.h"

namespace tiqu::train {
namespace {

constexpr double kFirstDecay = 0.9;
constexpr double kSecondDecay = 0.999;
constexpr float kEpsilon = 1e-8F;

struct AdamFactors {
  float gradient_scale;
  float rate;  // with the first moment's correction
  float second_correction;
};

TIQU_EACH_ISA void AdamLoop(int64_t n, const AdamFactors& factors, const float* gradient, float* m, float* v,
                            float* w) {
  constexpr auto kB1 = static_cast<float>(kFirstDecay);
  constexpr auto kB2 = static_cast<float>(kSecondDecay);
  const AdamFactors f = factors;
  for (int64_t i = 0; i < n; ++i) {
    const float g = gradient[i] * f.gradient_scale;
    m[i] = kB1 * m[i] + (1.0F - kB1) * g;
    v[i] = kB2 * v[i] + (1.0F - kB2) * g * g;
    w[i] -= f.rate * m[i] / (__builtin_sqrtf(v[i] * f.second_correction) + kEpsilon);
  }
}

TIQU_EACH_ISA void AverageLoop(int64_t n, float decay, const float* w, float* average) {
  for (int64_t i = 0; i < n; ++i) average[i] = decay * average[i] + (1.0F - decay) * w[i];
}

}  // namespace

AdamState::AdamState(int64_t size, bool keep_average)
    : first_moment(static_cast<size_t>(size), 0.0F),
      second_moment(static_cast<size_t>(size), 0.0F),
      average(keep_average ? static_cast<size_t>(size) : 0, 0.0F) {}

void UpdateSlice(const AdamUpdate& update, int64_t begin, int64_t end, const float* gradient, AdamState* state,
                 float* weights) {
  const auto t = static_cast<double>(update.step);
  const AdamFactors factors = {static_cast<float>(update.gradient_scale),
                               static_cast<float>(update.rate / (1.0 - std::pow(kFirstDecay, t))),
                               static_cast<float>(1.0 / (1.0 - std::pow(kSecondDecay, t)))};
  AdamLoop(end - begin, factors, gradient + begin, state->first_moment.data() + begin,
           state->second_moment.data() + begin, weights + begin);
  if (state->average.empty()) return;
  const double decay = std::min(update.ema_decay, (1.0 + t) / (10.0 + t));
  AverageLoop(end - begin, static_cast<float>(decay), weights + begin, state->average.data() + begin);
}

double ClipScale(double norm, double clip) { return clip > 0 && norm > clip ? clip / norm : 1.0; }

}  // namespace tiqu::train
