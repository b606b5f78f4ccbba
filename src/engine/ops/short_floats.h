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

// IEEE 754 binary16.
struct Half {
  uint16_t bits;

  float ToFloat() const { return static_cast<float>(std::bit_cast<_Float16>(bits)); }
  static Half FromFloat(float value) { return {std::bit_cast<uint16_t>(static_cast<_Float16>(value))}; }
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
