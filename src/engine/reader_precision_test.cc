// The whole reader at each precision: close to fp32, and still the same bits whatever it is padded to or batched with.
#include <cmath>

#include "engine/engine.h"
#include "engine/reader_model_test_util.h"
#include "gtest/gtest.h"

namespace tiqu::engine {
namespace {

class ReaderPrecisionTest : public testing::TestWithParam<Precision> {
 protected:
  void SetUp() override {
    static int made = 0;
    const std::string name =
        testing::TempDir() + "/engine_precision_" + std::to_string(::getpid()) + "_" + std::to_string(made++);
    auto dir = WriteRandomReader(spec_, name);
    ASSERT_TRUE(dir.ok()) << dir.status();
    dir_ = *dir;
    auto exact = Engine::Load(dir_, {}), engine = Engine::Load(dir_, {.precision = GetParam()});
    ASSERT_TRUE(exact.ok()) << exact.status();
    ASSERT_TRUE(engine.ok()) << engine.status();
    exact_ = *exact;
    engine_ = *engine;
  }

  static Tensor Pa(const Engine& engine, const TensorMap& inputs) {
    auto out = engine.Run("qa", inputs);
    EXPECT_TRUE(out.ok()) << out.status();
    return out.ok() ? out->at("pa") : Tensor();
  }

  // Neither far from fp32 nor the same.
  void ExpectClose(const Engine& engine) {
    Random random(1);
    const TensorMap inputs = BatchInputs({RandomSample(spec_, 9, 120, &random), RandomSample(spec_, 5, 70, &random)});
    const Tensor exact = Pa(*exact_, inputs), pa = Pa(engine, inputs);
    ASSERT_EQ(pa.shape(), exact.shape());
    double squares = 0;
    for (int64_t i = 0; i < pa.size(); ++i) {
      squares += std::pow(double{pa.data<float>()[i]} - exact.data<float>()[i], 2);
    }
    const double difference = std::sqrt(squares / static_cast<double>(pa.size()));
    EXPECT_LT(difference, GetParam() == Precision::kInt8 ? 0.02 : 0.004);
    EXPECT_GT(difference, 1e-6);
  }

  model::ModelSpec spec_ = SmallSpec();
  std::string dir_;
  std::shared_ptr<const Engine> exact_, engine_;
};

TEST_P(ReaderPrecisionTest, FusedIsCloseToFp32) { ExpectClose(*engine_); }

TEST_P(ReaderPrecisionTest, OpByOpIsCloseToFp32) {
  auto plain = Engine::Load(dir_, {.fuse = false, .precision = GetParam()});
  ASSERT_TRUE(plain.ok()) << plain.status();
  ExpectClose(**plain);
}

TEST_P(ReaderPrecisionTest, PaddingAndBatchingChangeNoBit) {
  Random random(2);
  std::vector<ReaderSample> samples;
  for (const auto& [question, passage] : {std::pair{5, 40}, {9, 17}, {12, 130}, {3, 64}, {20, 90}}) {
    samples.push_back(RandomSample(spec_, question, passage, &random));
  }
  const Tensor together = Pa(*engine_, BatchInputs(samples, 7));
  const int64_t padded = together.shape()[1];
  for (size_t b = 0; b < samples.size(); ++b) {
    const Tensor alone = Pa(*engine_, BatchInputs({samples[b]}));
    for (int64_t i = 0; i < alone.size(); ++i) {
      ASSERT_EQ(together.data<float>()[b * padded * 3 + i], alone.data<float>()[i]) << b << " " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Precisions, ReaderPrecisionTest, testing::Values(Precision::kBfloat16, Precision::kInt8));

}  // namespace
}  // namespace tiqu::engine
