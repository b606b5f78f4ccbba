// The whole reader: fused against op by op, alone against batched, padded against not.
#include <atomic>
#include <cmath>
#include <set>
#include <thread>

#include "engine/engine.h"
#include "engine/reader_model_test_util.h"
#include "gtest/gtest.h"

namespace tiqu::engine {
namespace {

class ReaderTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::string name = testing::TempDir() + "/engine_reader_" + std::to_string(::getpid());
    auto dir = WriteRandomReader(SmallSpec(), name);
    ASSERT_TRUE(dir.ok()) << dir.status();
    dir_ = *dir;
    fused_ = Load({});
    plain_ = Load({.fuse = false, .fuse_elementwise = false});
    chained_ = Load({.fuse = false});
  }

  static std::shared_ptr<const Engine> Load(const EngineOptions& options) {
    auto engine = Engine::Load(dir_, options);
    EXPECT_TRUE(engine.ok()) << engine.status();
    return engine.ok() ? *engine : nullptr;
  }

  static Tensor Pa(const Engine& engine, const TensorMap& inputs) {
    auto out = engine.Run("qa", inputs);
    EXPECT_TRUE(out.ok()) << out.status();
    return out.ok() ? out->at("pa") : Tensor();
  }

  static std::vector<ReaderSample> Samples(const std::vector<std::pair<int, int>>& lengths, uint64_t seed) {
    Random random(seed);
    std::vector<ReaderSample> samples;
    for (const auto& [question, passage] : lengths) {
      samples.push_back(RandomSample(SmallSpec(), question, passage, &random));
    }
    return samples;
  }

  static void ExpectNear(const Tensor& a, const Tensor& b, float tolerance) {
    ASSERT_EQ(a.shape(), b.shape());
    for (int64_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a.data<float>()[i], b.data<float>()[i], tolerance) << i;
  }

  // Row b of `batched`, up to `length`, is `alone`, bit for bit; past it there is certainly nothing.
  static void ExpectSameRow(const Tensor& batched, int64_t b, const Tensor& alone) {
    const int64_t length = alone.shape()[1], padded = batched.shape()[1];
    const float* row = batched.data<float>() + b * padded * 3;
    for (int64_t i = 0; i < length * 3; ++i) ASSERT_EQ(row[i], alone.data<float>()[i]) << "element " << i;
    for (int64_t t = length; t < padded; ++t) {
      ASSERT_EQ(row[t * 3], 1.0F);
      ASSERT_EQ(row[t * 3 + 1], 0.0F);
      ASSERT_EQ(row[t * 3 + 2], 0.0F);
    }
  }

  static std::string dir_;
  static std::shared_ptr<const Engine> fused_, plain_, chained_;  // all fusions, none, only those of elements
};

std::string ReaderTest::dir_;
std::shared_ptr<const Engine> ReaderTest::fused_, ReaderTest::plain_, ReaderTest::chained_;

TEST_F(ReaderTest, FusedEqualsOpByOp) {
  const std::vector<std::vector<std::pair<int, int>>> batches = {
      {{5, 40}}, {{1, 1}}, {{2, 3}}, {{16, 200}}, {{70, 65}}, {{5, 40}, {9, 17}, {12, 130}}};
  for (size_t i = 0; i < batches.size(); ++i) {
    SCOPED_TRACE(i);
    const TensorMap inputs = BatchInputs(Samples(batches[i], i), i % 2 == 0 ? 0 : 5);
    const Tensor fused = Pa(*fused_, inputs);
    ExpectNear(fused, Pa(*plain_, inputs), 1e-5F);
    for (int64_t row = 0; row < fused.size(); row += 3) {
      const float* p = fused.data<float>() + row;
      ASSERT_NEAR(p[0] + p[1] + p[2], 1.0F, 1e-5F);
    }
  }
}

TEST_F(ReaderTest, ActivationsAreNotTrivial) {
  const Tensor pa = Pa(*fused_, BatchInputs(Samples({{8, 100}}, 3)));
  const auto [least, most] = std::minmax_element(pa.data<float>(), pa.data<float>() + pa.size());
  EXPECT_GT(*most - *least, 0.05F);
}

TEST_F(ReaderTest, PaddingChangesNoBit) {
  for (const int passage : {1, 7, 64, 65, 150}) {
    for (const int question : {1, 4, 15, 33}) {
      SCOPED_TRACE(testing::Message() << question << " and " << passage);
      const auto samples = Samples({{question, passage}}, passage);
      const Tensor alone = Pa(*fused_, BatchInputs(samples));
      for (const int extra : {1, 3, 16, 61}) ExpectSameRow(Pa(*fused_, BatchInputs(samples, extra)), 0, alone);
    }
  }
}

TEST_F(ReaderTest, BatchingChangesNoBit) {
  const auto samples = Samples({{5, 40}, {9, 17}, {12, 130}, {3, 64}, {20, 90}}, 11);
  const Tensor together = Pa(*fused_, BatchInputs(samples));
  for (size_t b = 0; b < samples.size(); ++b) {
    SCOPED_TRACE(b);
    ExpectSameRow(together, static_cast<int64_t>(b), Pa(*fused_, BatchInputs({samples[b]})));
  }
}

TEST_F(ReaderTest, ElementwiseChainsChangeNoBitOfOpByOp) {
  std::multiset<std::string> ops;
  const auto observed =
      Load({.fuse = false, .observer = [&](std::string_view, std::string_view op, double) { ops.emplace(op); }});
  for (const auto& [question, passage] : std::vector<std::pair<int, int>>{{1, 1}, {5, 40}, {33, 150}}) {
    const TensorMap inputs = BatchInputs(Samples({{question, passage}, {4, 30}}, passage), 3);
    const Tensor chained = Pa(*observed, inputs), plain = Pa(*plain_, inputs);
    ASSERT_EQ(chained.shape(), plain.shape());
    EXPECT_EQ(std::memcmp(chained.data<float>(), plain.data<float>(), plain.byte_size()), 0) << passage;
  }
  EXPECT_GT(ops.count("_TiquElementwise"), 10U);
}

TEST_F(ReaderTest, OpByOpAnyBatchOfEqualLengthsGivesTheSameBits) {
  const auto samples = Samples(std::vector<std::pair<int, int>>(9, {9, 47}), 21);
  for (const Engine* engine : {fused_.get(), plain_.get(), chained_.get()}) {
    std::vector<Tensor> alone;
    for (const ReaderSample& sample : samples) alone.push_back(Pa(*engine, BatchInputs({sample})));
    for (size_t batch = 1; batch <= samples.size(); ++batch) {
      SCOPED_TRACE(batch);
      const Tensor together = Pa(*engine, BatchInputs({samples.begin(), samples.begin() + batch}));
      for (size_t b = 0; b < batch; ++b) ExpectSameRow(together, static_cast<int64_t>(b), alone[b]);
    }
  }
}

TEST_F(ReaderTest, OpByOpPaddingChangesNothingBeyondRounding) {
  const auto samples = Samples({{9, 50}}, 5);
  const Tensor alone = Pa(*plain_, BatchInputs(samples)), padded = Pa(*plain_, BatchInputs(samples, 20));
  for (int64_t i = 0; i < alone.size(); ++i) ASSERT_NEAR(alone.data<float>()[i], padded.data<float>()[i], 1e-6F);
}

TEST_F(ReaderTest, AnEmptyRowIsAllOutside) {
  auto samples = Samples({{9, 50}, {4, 20}}, 5);
  samples[1] = ReaderSample();  // nothing but padding
  for (const Engine* engine : {fused_.get(), plain_.get()}) {
    const Tensor pa = Pa(*engine, BatchInputs(samples));
    for (int64_t t = 0; t < 50; ++t) EXPECT_EQ(pa.data<float>()[(50 + t) * 3], 1.0F);
  }
}

TEST_F(ReaderTest, SignaturesAreTheReaders) {
  ASSERT_TRUE(fused_->signatures().contains("qa"));
  const Signature& qa = fused_->signatures().at("qa");
  EXPECT_EQ(qa.inputs.size(), 7U);
  EXPECT_EQ(qa.inputs.at("p1_in").tensor_name, "p1_in:0");
  EXPECT_EQ(qa.inputs.at("k1_in").shape, (Shape{-1, 1}));
  EXPECT_EQ(qa.outputs.at("pa").shape, (Shape{-1, -1, 3}));
  EXPECT_TRUE(fused_->signatures().contains("serving_default"));
  EXPECT_EQ(fused_->signatures().at("answer_encoded").inputs.at("encoded").shape, (Shape{-1, -1, 32}));
}

TEST_F(ReaderTest, EveryAnnotatedScopeIsFused) {
  std::set<std::string> ops;
  int nodes = 0;
  auto engine = Load({.observer = [&](std::string_view, std::string_view op, double) {
    if (op.starts_with("_Tiqu")) ops.emplace(op);
    EXPECT_TRUE(op.find("MatMul") == std::string_view::npos && op != "Softmax") << op;
    ++nodes;
  }});
  Pa(*engine, BatchInputs(Samples({{5, 20}}, 1)));
  EXPECT_EQ(ops,
            (std::set<std::string>{"_TiquAnswer", "_TiquDilatedGatedConv1D", "_TiquMatchFeatures", "_TiquMergedContext",
                                   "_TiquMixEmbedding", "_TiquQ2CAttention", "_TiquSimilarity"}));
  EXPECT_LT(nodes, 50);
}

TEST_F(ReaderTest, AnIdOutsideTheVocabularyIsNamed) {
  auto samples = Samples({{5, 40}, {5, 40}}, 2);
  samples[1].p1[7] = 60;
  for (const Engine* engine : {fused_.get(), plain_.get()}) {
    const auto out = engine->Run("qa", BatchInputs(samples));
    ASSERT_FALSE(out.ok());
    EXPECT_EQ(out.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(out.status().message().find("indices[1,7] = 60 is not in [0, 60)"), absl::string_view::npos)
        << out.status();
  }
}

TEST_F(ReaderTest, SequencesOfDifferentBatchesAreAnError) {
  TensorMap inputs = BatchInputs(Samples({{5, 40}, {5, 40}}, 2));
  inputs["q1_in"] = Tensor(DataType::kFloat, {1, 5});
  for (const Engine* engine : {fused_.get(), plain_.get()}) {
    const auto out = engine->Run("qa", inputs);
    ASSERT_FALSE(out.ok());
    EXPECT_EQ(out.status().code(), absl::StatusCode::kInvalidArgument) << out.status();
  }
}

TEST_F(ReaderTest, ManyThreadsGetTheSameBits) {
  const TensorMap inputs = BatchInputs(Samples({{9, 120}}, 4));
  const Tensor expected = Pa(*fused_, inputs);
  std::atomic<int> different = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 10; ++round) {
        const Tensor got = Pa(*fused_, inputs);
        different += std::memcmp(got.data<float>(), expected.data<float>(), expected.byte_size()) != 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(different, 0);
}

TEST_F(ReaderTest, ThreadsWithDifferentShapesGetTheSameBits) {
  std::vector<TensorMap> inputs;
  std::vector<Tensor> expected;
  for (const int passage : {30, 31, 60, 120}) {
    inputs.push_back(BatchInputs(Samples({{9, passage}, {4, passage / 2}}, passage)));
    expected.push_back(Pa(*plain_, inputs.back()));
  }
  std::atomic<int> different = 0;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      TensorMap outputs;
      for (size_t round = 0; round < 12; ++round) {
        const size_t which = (round + i) % inputs.size();
        const bool ok = plain_->RunInto("qa", inputs[which], &outputs).ok();
        const Tensor& want = expected[which];
        different += !ok || outputs.at("pa").byte_size() != want.byte_size() ||
                     std::memcmp(outputs.at("pa").data<float>(), want.data<float>(), want.byte_size()) != 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(different, 0);
}

TEST_F(ReaderTest, VariantsWithoutFeaturesOrWordsRun) {
  for (const bool features : {false, true}) {
    model::ModelSpec spec = SmallSpec();
    spec.match_features = features;
    spec.word_vectors = !features;
    const std::string name =
        testing::TempDir() + "/engine_variant_" + std::to_string(::getpid()) + (features ? "f" : "w");
    const auto dir = WriteRandomReader(spec, name);
    ASSERT_TRUE(dir.ok()) << dir.status();
    const auto fused = Engine::Load(*dir, {}), plain = Engine::Load(*dir, {.fuse = false});
    ASSERT_TRUE(fused.ok()) << fused.status();
    ASSERT_TRUE(plain.ok()) << plain.status();
    const TensorMap inputs = BatchInputs(Samples({{9, 70}, {4, 30}}, 6));
    ExpectNear(Pa(**fused, inputs), Pa(**plain, inputs), 1e-5F);
  }
}

}  // namespace
}  // namespace tiqu::engine
