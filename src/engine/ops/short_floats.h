// Floating-point numbers of 16 bits, as far as casts need them.
//
// Thread safety: values.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "tensor/tensor.h"

namespace tiqu::engine {

// The upper half of a float, rounded to nearest, ties to even.
struct Bfloat16 {
  uint16_t bits;

  float ToFloat() const { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }
  static Bfloat16 FromFloat(float value) {
    if (std::isnan(value)) return {0x7fc0};
    const auto wide = std::bit_cast<uint32_t>(value);
    return {static_cast<uint16_t>((wide + 0x7fff + ((wide >> 16) & 1)) >> 16)};
  }
};

// IEEE 754 binary16: 5 bits of exponent, 10 of fraction; rounded to nearest, ties to even.
struct Half {
  uint16_t bits;

  float ToFloat() const {
    const uint32_t sign = (bits & 0x8000U) << 16, rest = bits & 0x7fffU;
    if (rest >= 0x7c00) return std::bit_cast<float>(sign | 0x7f800000U | (rest & 0x3ffU) << 13);  // infinity, NaN
    if (rest >= 0x400) return std::bit_cast<float>(sign | ((rest << 13) + 0x38000000U));
    const float tiny = static_cast<float>(rest) * 0x1p-24F;
    return sign != 0 ? -tiny : tiny;
  }
  static Half FromFloat(float value) {
    const auto wide = std::bit_cast<uint32_t>(value);
    const uint32_t sign = wide >> 16 & 0x8000U, rest = wide & 0x7fffffffU;
    if (rest > 0x7f800000U) return {static_cast<uint16_t>(sign | 0x7e00U)};
    if (rest >= 0x477ff000U) return {static_cast<uint16_t>(sign | 0x7c00U)};  // from 65520 on
    if (rest < 0x38800000U) {                                                 // below the smallest normal number
      return {static_cast<uint16_t>(sign | static_cast<uint32_t>(std::nearbyint(std::abs(value) * 0x1p24F)))};
    }
    const uint32_t rounded = rest + 0xfffU + (rest >> 13 & 1U);
    return {static_cast<uint16_t>(sign | (rounded - 0x38000000U) >> 13)};
  }
};

}  // namespace tiqu::engine

namespace tiqu {

template <>
struct DataTypeOf<engine::Bfloat16> {
  static constexpr DataType value = DataType::kBfloat16;
};
template <>
struct DataTypeOf<engine::Half> {
  static constexpr DataType value = DataType::kHalf;
};
template <>
struct DataTypeOf<int8_t> {
  static constexpr DataType value = DataType::kInt8;
};
template <>
struct DataTypeOf<int16_t> {
  static constexpr DataType value = DataType::kInt16;
};

}  // namespace tiqu
