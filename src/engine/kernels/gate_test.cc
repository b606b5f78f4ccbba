#include "engine/kernels/gate.h"

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "hwy/targets.h"

namespace tiqu::kernels {
namespace {

struct GateInput {
  int64_t rows, d;
  std::vector<float> h, bias, x, mask, scale, d_out;
};

GateInput RandomInput(int64_t rows, int64_t d) {
  std::mt19937 generator(7);
  std::normal_distribution<float> normal;
  const auto fill = [&](size_t count) {
    std::vector<float> values(count);
    for (float& value : values) value = normal(generator);
    return values;
  };
  GateInput in{rows, d, fill(rows * 2 * d), fill(2 * d), fill(rows * d), fill(rows), fill(rows * d), fill(rows * d)};
  for (float& value : in.mask) value = value > -0.5F ? 1.0F : 0.0F;
  for (float& value : in.scale) value = value > -1.0F ? 1.25F : 0.0F;
  return in;
}

// The definition in double precision; the output of one element as a function of what it depends on.
double GateAt(const GateInput& in, int64_t t, int64_t i, double x, double u, double g) {
  const double s = 1.0 / (1.0 + std::exp(-(g + in.bias[in.d + i]) * in.scale[t * in.d + i]));
  return (x * (1.0 - s) + (u + in.bias[i]) * s) * in.mask[t];
}

// Every test under every instruction set of this machine that the kernels are built for.
class GateTest : public testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
  void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};

INSTANTIATE_TEST_SUITE_P(InstructionSets, GateTest, testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         [](const auto& info) { return std::string(hwy::TargetName(info.param)); });

TEST_P(GateTest, ForwardMatchesTheDefinition) {
  for (const int64_t d : {1, 5, 16, 100, 128}) {
    const GateInput in = RandomInput(9, d);
    std::vector<float> out(in.rows * d, -1.0F);
    GateForward(in.rows, d, in.h.data(), in.bias.data(), in.x.data(), in.mask.data(), in.scale.data(), out.data());
    for (int64_t t = 0; t < in.rows; ++t) {
      for (int64_t i = 0; i < d; ++i) {
        const double expected = GateAt(in, t, i, in.x[t * d + i], in.h[t * 2 * d + i], in.h[t * 2 * d + d + i]);
        ASSERT_NEAR(out[t * d + i], expected, 2e-6) << "row " << t << " of width " << d;
      }
    }
  }
}

TEST_P(GateTest, NullsMeanNoBiasNoMaskNoDropout) {
  GateInput in = RandomInput(3, 20);
  std::vector<float> plain(60), spelled(60);
  const std::vector<float> zeros(40, 0.0F), ones(60, 1.0F);
  GateForward(3, 20, in.h.data(), nullptr, in.x.data(), nullptr, nullptr, plain.data());
  GateForward(3, 20, in.h.data(), zeros.data(), in.x.data(), ones.data(), ones.data(), spelled.data());
  EXPECT_EQ(plain, spelled);
}

TEST_P(GateTest, OutputMayBeTheInput) {
  GateInput in = RandomInput(4, 33);
  std::vector<float> out(4 * 33);
  GateForward(4, 33, in.h.data(), nullptr, in.x.data(), in.mask.data(), nullptr, out.data());
  GateForward(4, 33, in.h.data(), nullptr, in.x.data(), in.mask.data(), nullptr, in.x.data());
  EXPECT_EQ(out, in.x);
}

TEST_P(GateTest, SigmoidHoldsFarOut) {
  for (const float g : {-1e30F, -100.0F, -80.0F, -10.0F, -1e-4F, 0.0F, 3.0F, 20.0F, 100.0F, 1e30F}) {
    const float h[2] = {1.0F, g}, x = 0.0F;
    float out = -1.0F;
    GateForward(1, 1, h, nullptr, &x, nullptr, nullptr, &out);
    const double expected = 1.0 / (1.0 + std::exp(-double{g}));
    EXPECT_NEAR(out, expected, 2e-7 * expected + 1e-37) << g;
  }
}

TEST_P(GateTest, SigmoidIsAccurateEverywhere) {
  constexpr int kCount = 40001;
  std::vector<float> h(2 * kCount, 1.0F), x(kCount, 0.0F), out(kCount);
  for (int i = 0; i < kCount; ++i) h[kCount + i] = -20.0F + 1e-3F * static_cast<float>(i);
  GateForward(1, kCount, h.data(), nullptr, x.data(), nullptr, nullptr, out.data());
  for (int i = 0; i < kCount; ++i) {
    const double expected = 1.0 / (1.0 + std::exp(-double{h[kCount + i]}));
    ASSERT_NEAR(out[i] / expected, 1.0, 2.5e-7) << h[kCount + i];
  }
}

TEST_P(GateTest, BackwardIsTheDerivativeOfForward) {
  for (const int64_t d : {3, 64}) {
    const GateInput in = RandomInput(6, d);
    std::vector<float> d_h(in.h.size(), -1.0F), d_x(in.x.size(), -1.0F);
    GateBackward(in.rows, d, in.h.data(), in.bias.data(), in.x.data(), in.mask.data(), in.scale.data(), in.d_out.data(),
                 d_h.data(), d_x.data());
    constexpr double kStep = 1e-5;
    for (int64_t t = 0; t < in.rows; ++t) {
      for (int64_t i = 0; i < d; ++i) {
        const double x = in.x[t * d + i], u = in.h[t * 2 * d + i], g = in.h[t * 2 * d + d + i];
        const auto slope = [&](double dx, double du, double dg) {
          return (GateAt(in, t, i, x + dx, u + du, g + dg) - GateAt(in, t, i, x - dx, u - du, g - dg)) / (2 * kStep) *
                 in.d_out[t * d + i];
        };
        ASSERT_NEAR(d_x[t * d + i], slope(kStep, 0, 0), 2e-6);
        ASSERT_NEAR(d_h[t * 2 * d + i], slope(0, kStep, 0), 2e-6);
        ASSERT_NEAR(d_h[t * 2 * d + d + i], slope(0, 0, kStep), 2e-6);
      }
    }
  }
}

TEST_P(GateTest, NoRowsIsFine) {
  GateForward(0, 8, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
  GateBackward(0, 8, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
}

}  // namespace
}  // namespace tiqu::kernels
