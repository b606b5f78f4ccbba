#include "train/layers/vector_ops.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/each_isa.h"

namespace tiqu::train {
namespace {

constexpr int64_t kLanes = 16;

// exp by 2^k * e^r, |r| <= ln(2) / 2, with Cephes' polynomial; relative error below 2e-7. Underflows to about 1e-38.
inline float FastExp(float x) {
  x = std::min(std::max(x, -87.0F), 88.0F);
  const float k = std::floor(x * 1.44269504F + 0.5F);
  const float r = (x - k * 0.693359375F) + k * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  const float e = p * r * r + r + 1.0F;
  const int32_t bits = (static_cast<int32_t>(k) + 127) << 23;
  return e * std::bit_cast<float>(bits);
}

}  // namespace

TIQU_EACH_ISA void AddTo(int64_t n, const float* x, float* sum) {
  for (int64_t i = 0; i < n; ++i) sum[i] += x[i];
}

TIQU_EACH_ISA void AddScaled(int64_t n, float factor, const float* x, float* sum) {
  for (int64_t i = 0; i < n; ++i) sum[i] += factor * x[i];
}

TIQU_EACH_ISA void AddProduct(int64_t n, const float* a, const float* b, float* sum) {
  for (int64_t i = 0; i < n; ++i) sum[i] += a[i] * b[i];
}

TIQU_EACH_ISA void Multiply(int64_t n, const float* a, const float* b, float* product) {
  for (int64_t i = 0; i < n; ++i) product[i] = a[i] * b[i];
}

// Sixteen partial sums: the compiler may not reorder one float sum by itself.
TIQU_EACH_ISA float Dot(int64_t n, const float* a, const float* b) {
  float lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int64_t l = 0; l < kLanes; ++l) lanes[l] += a[i + l] * b[i + l];
  }
  float sum = 0;
  for (; i < n; ++i) sum += a[i] * b[i];
  for (float lane : lanes) sum += lane;
  return sum;
}

TIQU_EACH_ISA float Max(int64_t n, const float* x) {
  float largest = x[0];
  for (int64_t i = 1; i < n; ++i) largest = x[i] > largest ? x[i] : largest;
  return largest;
}

TIQU_EACH_ISA float ExpShifted(int64_t n, float shift, float* x) {
  for (int64_t i = 0; i < n; ++i) x[i] = FastExp(x[i] - shift);
  float lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int64_t l = 0; l < kLanes; ++l) lanes[l] += x[i + l];
  }
  float sum = 0;
  for (; i < n; ++i) sum += x[i];
  for (float lane : lanes) sum += lane;
  return sum;
}

TIQU_EACH_ISA void Scale(int64_t n, float factor, float* x) {
  for (int64_t i = 0; i < n; ++i) x[i] *= factor;
}

TIQU_EACH_ISA void AddBiasRelu(int64_t rows, int64_t n, const float* bias, float* x) {
  for (int64_t r = 0; r < rows; ++r, x += n) {
    for (int64_t i = 0; i < n; ++i) {
      const float y = x[i] + bias[i];
      x[i] = y > 0.0F ? y : 0.0F;
    }
  }
}

TIQU_EACH_ISA void AddBias(int64_t rows, int64_t n, const float* bias, float* x) {
  for (int64_t r = 0; r < rows; ++r, x += n) {
    for (int64_t i = 0; i < n; ++i) x[i] += bias[i];
  }
}

TIQU_EACH_ISA void AddColumnSums(int64_t rows, int64_t n, const float* x, float* sum) {
  for (int64_t r = 0; r < rows; ++r, x += n) {
    for (int64_t i = 0; i < n; ++i) sum[i] += x[i];
  }
}

TIQU_EACH_ISA void ReluBackward(int64_t n, const float* y, float* d) {
  for (int64_t i = 0; i < n; ++i) d[i] = y[i] > 0.0F ? d[i] : 0.0F;
}

TIQU_EACH_ISA double SquaredNorm(int64_t n, const float* x) {
  double lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int64_t l = 0; l < kLanes; ++l) lanes[l] += static_cast<double>(x[i + l]) * x[i + l];
  }
  double sum = 0;
  for (; i < n; ++i) sum += static_cast<double>(x[i]) * x[i];
  for (double lane : lanes) sum += lane;
  return sum;
}

}  // namespace tiqu::train
