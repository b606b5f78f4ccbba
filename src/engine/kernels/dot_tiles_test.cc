#include "engine/kernels/dot_tiles.h"

#include <cmath>
#include <vector>

#include "base/random.h"
#include "base/short_floats.h"
#include "engine/kernels/aligned_rows.h"
#include "engine/kernels/cpu_isa.h"
#include "gtest/gtest.h"

namespace tiqu::kernels {
namespace {

struct DotShape {
  int64_t m, k, n;
};

// Whole tiles and parts of them, one step of depth and several, whole panels of columns and single vectors.
const std::vector<DotShape> kShapes = {{1, 1, 1},    {15, 64, 16},   {16, 128, 64}, {17, 65, 65},
                                       {48, 33, 79}, {33, 384, 128}, {96, 128, 256}};

bool Lacks(CpuIsa isa) { return ActiveCpuIsa() < isa; }

TEST(DotTilesTest, BytesAreMultipliedExactly) {
  if (Lacks(CpuIsa::kAvx512Vnni)) GTEST_SKIP() << "this processor has no VNNI, or may not use it";
  for (const auto& [m, k, n] : kShapes) {
    const int64_t depth = DotDepth(k), columns = RoundUp(n, kDotColumns);
    Random random(1);
    AlignedRows<uint8_t> rows;
    AlignedRows<int8_t> tiles;
    uint8_t* const a = rows.Room(DotRows(m) * depth);
    std::vector<int8_t> w(k * n);
    for (int64_t i = 0; i < DotRows(m) * depth; ++i) a[i] = static_cast<uint8_t>(random.Below(256));
    for (int8_t& value : w) value = static_cast<int8_t>(static_cast<int>(random.Below(256)) - 128);
    PackDotTiles(k, n, w.data(), tiles.Room(depth * columns));
    std::vector<int32_t> offsets(columns);
    for (int64_t j = 0; j < n; ++j) offsets[j] = static_cast<int32_t>(random.Below(1000));
    const std::vector<float> column_scales(columns, 0.5F), row_scales(m, 2.0F);
    std::vector<float> out(m * n, 3.0F);
    for (const bool accumulate : {false, true}) {
      MultiplyInt8({m, n, depth, a, tiles.Room(0), accumulate, out.data(), n},
                   {offsets.data(), column_scales.data(), row_scales.data()});
      for (int64_t i = 0; i < m; ++i) {
        for (int64_t j = 0; j < n; ++j) {
          int32_t sum = offsets[j];
          for (int64_t p = 0; p < k; ++p) sum += a[i * depth + p] * w[p * n + j];
          const auto expected = static_cast<float>(accumulate ? 2 * sum : sum);
          ASSERT_EQ(out[i * n + j], expected) << m << " " << k << " " << n << " at " << i << " " << j;
        }
      }
    }
  }
}

TEST(DotTilesTest, Bfloat16IsSummedInFloats) {
  if (Lacks(CpuIsa::kAvx512Bf16)) GTEST_SKIP() << "this processor has no BF16, or may not use it";
  for (const auto& [m, k, n] : kShapes) {
    const int64_t depth = DotDepth(2 * k) / 2, columns = RoundUp(n, kDotColumns);
    Random random(2);
    const auto next = [&] { return FromBfloat16(ToBfloat16(static_cast<float>(random.Uniform() - 0.5))); };
    std::vector<float> a(m * k), w(k * n), out(m * n, 100.0F);
    for (float& value : a) value = next();
    for (float& value : w) value = next();
    std::vector<uint16_t> short_w(k * n);
    for (int64_t i = 0; i < k * n; ++i) short_w[i] = ToBfloat16(w[i]);
    AlignedRows<uint16_t> rows, tiles;
    uint16_t* const short_a = rows.Room(DotRows(m) * depth);
    NarrowRows(m, k, a.data(), k, depth, short_a);
    PackDotTiles(k, n, short_w.data(), tiles.Room(depth * columns));
    MultiplyBfloat16({m, n, 2 * depth, short_a, tiles.Room(0), false, out.data(), n});
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        double sum = 0, magnitude = 0;
        for (int64_t p = 0; p < k; ++p) {
          sum += double{a[i * k + p]} * w[p * n + j];
          magnitude += std::abs(double{a[i * k + p]} * w[p * n + j]);
        }
        ASSERT_NEAR(out[i * n + j], sum, 1e-6 * magnitude + 1e-12) << m << " " << k << " " << n;
      }
    }
  }
}

}  // namespace
}  // namespace tiqu::kernels
