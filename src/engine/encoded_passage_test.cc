// A passage that is encoded first and asked then: the same bits as in one step, and one encoding for many questions.
#include <unistd.h>

#include <functional>
#include <set>

#include "absl/strings/str_split.h"
#include "engine/engine.h"
#include "engine/reader_model_test_util.h"
#include "gtest/gtest.h"

namespace tiqu::engine {
namespace {

std::vector<ReaderSample> RandomSamples(const std::vector<std::pair<int, int>>& lengths, uint64_t seed) {
  Random random(seed);
  std::vector<ReaderSample> samples;
  for (const auto& [question, passage] : lengths) {
    samples.push_back(RandomSample(SmallSpec(), question, passage, &random));
  }
  return samples;
}

Tensor OutputOf(const Engine& engine, const std::string& signature, const TensorMap& inputs, const std::string& name) {
  auto out = engine.Run(signature, inputs);
  EXPECT_TRUE(out.ok()) << out.status();
  return out.ok() ? out->at(name) : Tensor();
}

Tensor InOneStep(const Engine& engine, const TensorMap& inputs) { return OutputOf(engine, "qa", inputs, "pa"); }

Tensor InTwoSteps(const Engine& engine, const TensorMap& inputs) {
  TensorMap passages, questions = inputs;
  for (const char* name : {"p1_in", "p2_in", "pos_in"}) passages[name] = inputs.at(name);
  questions.erase("pos_in");
  questions["encoded"] = OutputOf(engine, "encode_passage", passages, "encoded");
  return OutputOf(engine, "answer_encoded", questions, "pa");
}

void ExpectSameBits(const Tensor& a, const Tensor& b) {
  ASSERT_EQ(a.shape(), b.shape());
  for (int64_t i = 0; i < a.size(); ++i) ASSERT_EQ(a.data<float>()[i], b.data<float>()[i]) << i;
}

class EncodedPassageTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto dir = WriteRandomReader(SmallSpec(), testing::TempDir() + "/encoded_passage_" + std::to_string(getpid()));
    ASSERT_TRUE(dir.ok()) << dir.status();
    dir_ = *dir;
    fused_ = Load({});
    plain_ = Load({.fuse = false, .fuse_elementwise = false});
  }

  static std::shared_ptr<const Engine> Load(const EngineOptions& options) {
    auto engine = Engine::Load(dir_, options);
    EXPECT_TRUE(engine.ok()) << engine.status();
    return engine.ok() ? *engine : nullptr;
  }

  // The fused operations of a run, by node.
  static std::multiset<std::string> FusedNodes(const std::function<void(const Engine&)>& run) {
    std::multiset<std::string> fused;
    const auto engine = Load({.observer = [&](std::string_view node, std::string_view op, double) {
      if (op.starts_with("_Tiqu")) {
        for (const absl::string_view each : absl::StrSplit(std::string(node), " + ")) {
          fused.insert(std::string(each));
        }
      }
      EXPECT_TRUE(op.find("MatMul") == std::string_view::npos && op != "Softmax") << node;
    }});
    run(*engine);
    return fused;
  }

  static std::string dir_;
  static std::shared_ptr<const Engine> fused_, plain_;
};

std::string EncodedPassageTest::dir_;
std::shared_ptr<const Engine> EncodedPassageTest::fused_, EncodedPassageTest::plain_;

TEST_F(EncodedPassageTest, EachLayerIsFusedAndRunsInOneOfTheSteps) {
  const TensorMap inputs = BatchInputs(RandomSamples({{5, 20}}, 1));
  const auto one = FusedNodes([&](const Engine& engine) { InOneStep(engine, inputs); });
  const auto two = FusedNodes([&](const Engine& engine) { InTwoSteps(engine, inputs); });
  EXPECT_EQ(one.size(), 2 + 2 * 6 + 4 + 3 + 1U);  // embeddings, encoders, interaction, reading, answer
  EXPECT_EQ(two, one);
}

TEST_F(EncodedPassageTest, QuestionAndPassagePassTheirEncodersTogether) {
  int together = 0;
  const auto engine = Load({.observer = [&](std::string_view node, std::string_view, double) {
    if (node.find(" + ") != std::string_view::npos) ++together;
  }});
  InOneStep(*engine, BatchInputs(RandomSamples({{5, 20}}, 1)));
  EXPECT_EQ(together, 6);
}

TEST_F(EncodedPassageTest, EncodedThenAskedGivesTheSameBits) {
  const std::vector<std::vector<std::pair<int, int>>> batches = {
      {{5, 40}}, {{1, 1}}, {{16, 200}}, {{5, 40}, {9, 17}, {12, 130}}};
  for (const Engine* engine : {fused_.get(), plain_.get()}) {
    for (size_t i = 0; i < batches.size(); ++i) {
      SCOPED_TRACE(i);
      const TensorMap inputs = BatchInputs(RandomSamples(batches[i], i), i % 2 == 0 ? 0 : 5);
      ExpectSameBits(InTwoSteps(*engine, inputs), InOneStep(*engine, inputs));
    }
  }
}

// Ten questions of different lengths on one passage, which is given once.
TEST_F(EncodedPassageTest, OnePassageServesAllQuestionsOfACall) {
  std::vector<ReaderSample> samples;
  for (int i = 0; i < 10; ++i) {
    samples.push_back(RandomSamples({{1 + 3 * i, 70}}, 20 + i)[0]);
    samples[i].p1 = samples[0].p1;
    samples[i].p2 = samples[0].p2;
  }
  const TensorMap each = BatchInputs(samples);
  TensorMap once = each;
  for (const char* name : {"p1_in", "p2_in", "pos_in"}) once[name] = BatchInputs({samples[0]}).at(name);
  for (const Engine* engine : {fused_.get(), plain_.get()}) {
    const Tensor expected = InOneStep(*engine, each);
    ASSERT_EQ(expected.shape(), (Shape{10, 70, 3}));
    ExpectSameBits(InOneStep(*engine, once), expected);
    ExpectSameBits(InTwoSteps(*engine, once), expected);
  }
}

TEST_F(EncodedPassageTest, QuestionsThatAreNoMultipleOfThePassagesAreAnError) {
  TensorMap inputs = BatchInputs(RandomSamples({{5, 40}, {5, 40}, {5, 40}}, 2));
  const TensorMap two = BatchInputs(RandomSamples({{5, 40}, {5, 40}}, 2));
  for (const char* name : {"p1_in", "p2_in", "pos_in"}) inputs[name] = two.at(name);
  for (const Engine* engine : {fused_.get(), plain_.get()}) {
    const auto out = engine->Run("qa", inputs);
    ASSERT_FALSE(out.ok());
    EXPECT_EQ(out.status().code(), absl::StatusCode::kInvalidArgument) << out.status();
  }
}

}  // namespace
}  // namespace tiqu::engine
