// The exported tagger's graph on the engine.
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "engine/tagger_model_test_util.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::engine {
namespace {

std::shared_ptr<const Engine> LoadTagger(const EngineOptions& options) {
  // Several processes run these tests at once, under different instruction sets.
  const std::string base = testing::TempDir() + "/tagger_model_test_" + std::to_string(getpid());
  std::filesystem::remove_all(base);
  auto engine = Engine::Load(WriteRandomTagger(SmallTaggerSpec(), base).value(), options).value();
  std::filesystem::remove_all(base);
  return engine;
}

double LargestDifference(const float* a, const float* b, int64_t count) {
  double largest = 0;
  for (int64_t i = 0; i < count; ++i) largest = std::max(largest, std::abs(double{a[i]} - b[i]));
  return largest;
}

TEST(TaggerReaderModelTest, FusedAndOpByOpAgree) {
  const TensorMap inputs = TaggerInputs(SmallTaggerSpec(), {30, 7, 19}, 0, 1);
  const auto fused = LoadTagger({})->Run("infoext", inputs);
  const auto plain = LoadTagger({.fuse = false, .fuse_elementwise = false})->Run("infoext", inputs);
  ASSERT_TRUE(fused.ok()) << fused.status();
  ASSERT_TRUE(plain.ok()) << plain.status();
  EXPECT_EQ(fused->at("logits").shape(), (Shape{3, 30, 9}));
  EXPECT_EQ(fused->at("transition_params").shape(), (Shape{9, 9}));
  EXPECT_LT(LargestDifference(fused->at("logits").data<float>(), plain->at("logits").data<float>(), 3 * 30 * 9), 1e-5);
}

TEST(TaggerReaderModelTest, PaddingAndNeighboursChangeNothing) {
  const auto engine = LoadTagger({});
  const TensorMap alone = engine->Run("infoext", TaggerInputs(SmallTaggerSpec(), {17}, 0, 1)).value();
  const TensorMap batch = engine->Run("infoext", TaggerInputs(SmallTaggerSpec(), {17, 40}, 5, 1)).value();
  const float* logits = batch.at("logits").data<float>();
  EXPECT_LT(LargestDifference(alone.at("logits").data<float>(), logits, 17 * 9), 1e-5);
  for (int64_t i = 17 * 9; i < 45 * 9; ++i) EXPECT_EQ(logits[i], 0.0F) << i;
}

TEST(TaggerReaderModelTest, WordsAndPairsAreFound) {
  const auto engine = LoadTagger({});
  TensorMap inputs = TaggerInputs(SmallTaggerSpec(), {17}, 0, 1);
  const TensorMap before = engine->Run("infoext", inputs).value();
  // Characters 10 and 11 share the vector of "unknown", but words tell them apart.
  for (int64_t t = 0; t < 17; ++t) inputs["word_ids"].data<int32_t>()[t] = 10;
  const TensorMap tens = engine->Run("infoext", inputs).value();
  for (int64_t t = 0; t < 17; ++t) inputs["word_ids"].data<int32_t>()[t] = 11;
  const TensorMap elevens = engine->Run("infoext", inputs).value();
  EXPECT_GT(LargestDifference(tens.at("logits").data<float>(), elevens.at("logits").data<float>(), 17 * 9), 1e-4);
}

TEST(TaggerReaderModelTest, IdsBehindTheVocabularyAreUnknown) {
  TensorMap inputs = TaggerInputs(SmallTaggerSpec(), {5}, 0, 1);
  inputs["word_ids"].data<int32_t>()[2] = 1 << 30;
  EXPECT_TRUE(LoadTagger({})->Run("infoext", inputs).ok());
  inputs["word_ids"].data<int32_t>()[2] = -5;
  EXPECT_EQ(LoadTagger({})->Run("infoext", inputs).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace tiqu::engine
