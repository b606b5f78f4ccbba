// Short names of the element types that operations ask for.
#pragma once

#include "tensor/tensor.h"

namespace tiqu::engine {

inline constexpr DataType kFloat = DataType::kFloat;
inline constexpr DataType kInt32 = DataType::kInt32;
inline constexpr DataType kInt64 = DataType::kInt64;

}  // namespace tiqu::engine
