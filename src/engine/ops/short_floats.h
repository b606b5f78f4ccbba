// Floating-point numbers of 16 bits as element types, as far as casts need them.
//
// Thread safety: values.
#pragma once

#include <cstdint>

#include "base/short_floats.h"
#include "tensor/tensor.h"

namespace tiqu::engine {

struct Bfloat16 {
  uint16_t bits;

  float ToFloat() const { return FromBfloat16(bits); }
  static Bfloat16 FromFloat(float value) { return {ToBfloat16(value)}; }
};

struct Half {
  uint16_t bits;

  float ToFloat() const { return FromHalf(bits); }
  static Half FromFloat(float value) { return {ToHalf(value)}; }
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
