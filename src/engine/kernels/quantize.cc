#include "engine/kernels/quantize.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/quantize.cc"
#include "hwy/foreach_target.h"
// After foreach_target, which re-includes this file for every instruction set.
#include "engine/kernels/quantize-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace tiqu::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

void QuantizeAllRows(QuantRange range, int64_t rows, int64_t k, const float* in, int64_t lda, int64_t padded_k,
                     uint8_t* out, float* scales) {
  const hn::ScalableTag<float> d;
  const int64_t lanes = hn::Lanes(d);
  for (int64_t row = 0; row < rows; ++row, in += lda, out += padded_k) {
    auto largest = hn::Zero(hn::RebindToSigned<decltype(d)>());
    int64_t i = 0;
    for (; i + lanes <= k; i += lanes) largest = LargerMagnitude(d, hn::LoadU(d, in + i), largest);
    QuantizeKnownRow(range, LargestOf(largest, k - i, in + i), k, in, padded_k, out, scales + row);
  }
}

// As many columns as D has lanes.
template <class D>
HWY_INLINE void QuantizeColumnsAt(D d, QuantRange range, int64_t k, int64_t n, const float* weights, int8_t* out,
                                  float* scales, int32_t* offsets) {
  const hn::RebindToSigned<D> integers;
  const hn::Rebind<int8_t, D> bytes;
  const auto zero = hn::Zero(d), most = hn::Set(d, static_cast<float>(range.steps));
  auto largest = zero, poison = zero;  // value * 0 is NaN for what is not finite
  for (int64_t i = 0; i < k; ++i) {
    const auto x = hn::LoadU(d, weights + i * n);
    largest = hn::Max(largest, hn::Abs(x));
    poison = hn::MulAdd(x, zero, poison);
  }
  const auto scale = hn::Add(hn::Div(largest, most), poison);
  const auto usable = hn::Gt(scale, zero);
  const auto divisor = hn::IfThenElse(usable, scale, hn::Set(d, 1.0F));
  auto sum = hn::Zero(integers);
  for (int64_t i = 0; i < k; ++i) {
    const auto steps = hn::Div(hn::LoadU(d, weights + i * n), divisor);
    const auto bounded = hn::Min(hn::Max(steps, hn::Neg(most)), most);
    const auto value = hn::NearestInt(hn::IfThenElseZero(usable, bounded));
    sum = hn::Add(sum, value);
    hn::StoreU(hn::DemoteTo(bytes, value), bytes, out + i * n);
  }
  hn::StoreU(scale, d, scales);
  hn::StoreU(hn::Mul(sum, hn::Set(integers, -range.zero)), integers, offsets);
}

void QuantizeAllColumns(QuantRange range, int64_t k, int64_t n, const float* weights, int8_t* out, float* scales,
                        int32_t* offsets) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  const int64_t lanes = hn::Lanes(d);
  int64_t j = 0;
  for (; j + lanes <= n; j += lanes) {
    QuantizeColumnsAt(d, range, k, n, weights + j, out + j, scales + j, offsets + j);
  }
  for (; j < n; ++j) QuantizeColumnsAt(one, range, k, n, weights + j, out + j, scales + j, offsets + j);
}

void DequantizeAllRows(int64_t rows, int64_t columns, const int32_t* sums, int64_t ld_sums, const float* row_scales,
                       const float* column_scales, bool accumulate, float* out, int64_t ldc) {
  const hn::ScalableTag<float> d;
  const hn::Rebind<int32_t, decltype(d)> integers;
  const int64_t lanes = hn::Lanes(d);
  for (int64_t row = 0; row < rows; ++row, sums += ld_sums, out += ldc) {
    const auto scale = hn::Set(d, row_scales[row]);
    int64_t j = 0;
    for (; j + lanes <= columns; j += lanes) {
      const auto whole = hn::ConvertTo(d, hn::LoadU(integers, sums + j));
      const auto value = hn::Mul(hn::Mul(whole, hn::LoadU(d, column_scales + j)), scale);
      hn::StoreU(accumulate ? hn::Add(hn::LoadU(d, out + j), value) : value, d, out + j);
    }
    for (; j < columns; ++j) {
      const float value = static_cast<float>(sums[j]) * column_scales[j] * row_scales[row];
      out[j] = accumulate ? out[j] + value : value;
    }
  }
}

}  // namespace tiqu::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace tiqu::kernels {

HWY_EXPORT(QuantizeAllRows);
HWY_EXPORT(QuantizeAllColumns);
HWY_EXPORT(DequantizeAllRows);

void QuantizeRows(QuantRange range, int64_t rows, int64_t k, const float* in, int64_t lda, int64_t padded_k,
                  uint8_t* out, float* scales) {
  HWY_DYNAMIC_DISPATCH(QuantizeAllRows)(range, rows, k, in, lda, padded_k, out, scales);
}

void QuantizeColumns(QuantRange range, int64_t k, int64_t n, const float* weights, int8_t* out, float* scales,
                     int32_t* offsets) {
  HWY_DYNAMIC_DISPATCH(QuantizeAllColumns)(range, k, n, weights, out, scales, offsets);
}

void DequantizeRows(int64_t rows, int64_t columns, const int32_t* sums, int64_t ld_sums, const float* row_scales,
                    const float* column_scales, bool accumulate, float* out, int64_t ldc) {
  HWY_DYNAMIC_DISPATCH(DequantizeAllRows)
  (rows, columns, sums, ld_sums, row_scales, column_scales, accumulate, out, ldc);
}

}  // namespace tiqu::kernels
#endif
