#include "base/short_floats.h"

#include <bit>

namespace tiqu {

uint16_t ToHalf(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const uint32_t sign = bits >> 16 & 0x8000;
  const uint32_t magnitude = bits & 0x7FFFFFFF;
  if (magnitude > 0x7F800000) return static_cast<uint16_t>(sign | 0x7E00);
  if (magnitude >= 0x477FF000) return static_cast<uint16_t>(sign | 0x7C00);  // rounds to more than 65504
  uint32_t fraction = magnitude;
  int drop = 13;                 // bits that half precision has not
  if (magnitude < 0x38800000) {  // subnormal in half precision
    const auto exponent = static_cast<int>(magnitude >> 23);
    drop = 126 - exponent;
    if (drop > 24) return static_cast<uint16_t>(sign);
    fraction = (magnitude & 0x7FFFFF) | 0x800000;
  } else {
    fraction = magnitude - (112U << 23);  // the bias of 127 becomes 15
  }
  const uint32_t half = fraction >> drop;
  const uint32_t rest = fraction & ((1U << drop) - 1);
  const uint32_t middle = 1U << (drop - 1);
  const uint32_t up = rest > middle || (rest == middle && (half & 1) != 0) ? 1 : 0;
  return static_cast<uint16_t>(sign | (half + up));
}

float FromHalf(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000) << 16;
  const uint32_t exponent = half >> 10 & 0x1F;
  const uint32_t fraction = half & 0x3FF;
  if (exponent == 0) {
    const float value = static_cast<float>(fraction) * 0x1p-24F;
    return sign != 0 ? -value : value;
  }
  const uint32_t wide_exponent = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | wide_exponent << 23 | fraction << 13);
}

}  // namespace tiqu
