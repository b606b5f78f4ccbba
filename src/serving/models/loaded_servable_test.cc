#include "serving/models/loaded_servable.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <thread>

#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "serving/models/wait_for.h"

namespace tiqu::serving {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string FixturesFolder() {
  const char* shared = std::getenv("TIQU_SHARED");
  return std::string(shared != nullptr ? shared : TIQU_SOURCE_DIR "/../shared") + "/fixtures";
}

std::string StarterVersion() { return TIQU_SOURCE_DIR "/models/starter/1"; }

ServableOptions WithGate() {
  ServableOptions options;
  options.gate = std::make_shared<RunGate>(2);
  return options;
}

class LoadedServableTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(FixturesFolder())) GTEST_SKIP() << FixturesFolder() << " is not there";
  }
  // A copy that can be damaged.
  static std::string CopyOfThree(const std::string& name) {
    const std::string to = testing::TempDir() + "/loaded_servable_test/" + name;
    fs::remove_all(to);
    fs::create_directories(to);
    fs::copy(FixturesFolder() + "/saved_model_half_plus_three/00000123", to, fs::copy_options::recursive);
    for (const auto& entry : fs::recursive_directory_iterator(to)) {
      fs::permissions(entry.path(), fs::perms::owner_all, fs::perm_options::add);
    }
    fs::permissions(to, fs::perms::owner_all, fs::perm_options::add);
    return to;
  }
};

TEST_F(LoadedServableTest, AStockModelAnswers) {
  const auto servable =
      LoadedServable::Load("h2", 123, FixturesFolder() + "/saved_model_half_plus_two_2_versions/00000123", WithGate());
  ASSERT_TRUE(servable.ok()) << servable.status();
  EXPECT_EQ((*servable)->model_name(), "h2");
  EXPECT_EQ((*servable)->version(), 123);
  EXPECT_EQ((*servable)->reader(), nullptr);
  EXPECT_TRUE((*servable)->signature_defs().contains("regress_x_to_y"));
  const auto outputs = (*servable)->Run("serving_default", {{"x", Tensor::Of<float>({2, 1}, {2, 4})}}, {});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_EQ(outputs->at("y").data<float>()[1], 4);
}

TEST_F(LoadedServableTest, ADeadlineThatHasPassedIsAnswered) {
  const auto servable = LoadedServable::Load("h3", 1, CopyOfThree("late"), WithGate());
  ASSERT_TRUE(servable.ok()) << servable.status();
  RunLimits limits;
  limits.deadline = absl::Now() - absl::Seconds(1);
  EXPECT_EQ((*servable)->Run("serving_default", {{"x", Tensor::Of<float>({1, 1}, {2})}}, limits).status(),
            absl::DeadlineExceededError("Timed out waiting for notification"));
}

TEST_F(LoadedServableTest, AFolderThatIsNotWholeIsRefused) {
  const std::string empty = CopyOfThree("empty");
  fs::remove(empty + "/saved_model.pb");
  const absl::Status missing = LoadedServable::Load("m", 1, empty, WithGate()).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()),
              HasSubstr("Could not find SavedModel .pb or .pbtxt at supplied export directory path: " + empty));

  const std::string no_index = CopyOfThree("no_index");
  fs::remove(no_index + "/variables/variables.index");
  EXPECT_EQ(LoadedServable::Load("m", 1, no_index, WithGate()).status().code(), absl::StatusCode::kDataLoss);

  const std::string cut = CopyOfThree("cut");
  fs::resize_file(cut + "/saved_model.pb", fs::file_size(cut + "/saved_model.pb") / 2);
  EXPECT_EQ(LoadedServable::Load("m", 1, cut, WithGate()).status().code(), absl::StatusCode::kDataLoss);

  const std::string cut_data = CopyOfThree("cut_data");
  fs::resize_file(cut_data + "/variables/variables.data-00000-of-00001", 3);
  EXPECT_EQ(LoadedServable::Load("m", 1, cut_data, WithGate()).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(LoadedServableTest, OtherTagsAreNamedBesideThoseThereAre) {
  ServableOptions options = WithGate();
  options.tags = {"serve", "gpu"};
  const absl::Status status = LoadedServable::Load("m", 1, CopyOfThree("tags"), options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("Could not find meta graph def matching supplied tags: { serve, gpu }"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("has meta graphs with { serve }"));
}

TEST_F(LoadedServableTest, BatchingIsThatOfTheFolderWhenItIsAskedFor) {
  ServableOptions options = WithGate();
  options.batching.scheduler = std::make_shared<BatchScheduler>(1);
  options.batching.per_model = true;
  std::atomic<int> batches = 0;
  options.batching.observer = [&batches](const std::string& model, const std::string&, const BatchReport&) {
    EXPECT_EQ(model, "h3");
    ++batches;
  };
  const TensorMap three_rows = {{"x", Tensor::Of<float>({3, 1}, {2, 4, 6})}};
  const std::string dir = CopyOfThree("batched");
  const auto without = LoadedServable::Load("h3", 1, dir, options);
  ASSERT_TRUE(without.ok()) << without.status();
  EXPECT_TRUE((*without)->Run("serving_default", three_rows, {}).ok());
  EXPECT_EQ(batches, 0);

  ASSERT_TRUE(WriteFileAtomically(dir + "/batching_params.pbtxt", "max_batch_size { value: 2 }").ok());
  const auto with = LoadedServable::Load("h3", 1, dir, options);
  ASSERT_TRUE(with.ok()) << with.status();
  EXPECT_EQ((*with)->Run("serving_default", three_rows, {}).status(),
            absl::InvalidArgumentError("Task size 3 is larger than maximum input batch size 2"));
  const auto outputs = (*with)->Run("serving_default", {{"x", Tensor::Of<float>({2, 1}, {2, 4})}}, {});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_EQ(outputs->at("y").data<float>()[1], 5);
  EXPECT_EQ(batches, 1);

  ASSERT_TRUE(WriteFileAtomically(dir + "/batching_params.pbtxt", "allowed_batch_sizes: 4").ok());
  EXPECT_THAT(
      std::string(LoadedServable::Load("h3", 1, dir, options).status().message()),
      HasSubstr("Last entry in allowed_batch_sizes must match max_batch_size; last entry was 4; expected 1000"));
}

TEST(LoadedReaderTest, ATiquModelHasAReader) {
  if (!fs::exists(StarterVersion() + "/saved_model.pb")) GTEST_SKIP();
  const auto servable = LoadedServable::Load("qa", 1, StarterVersion(), WithGate());
  ASSERT_TRUE(servable.ok()) << servable.status();
  ASSERT_NE((*servable)->reader(), nullptr);
  const std::vector<answer::Request> requests = {{.passage = "罗显敏,男,户籍地:广西", .questions = {"罗显敏的户籍地"}}};
  const auto replies = (*servable)->reader()->ReadAll(requests, (*servable)->reader()->rules());
  ASSERT_EQ(replies.size(), 1);
  EXPECT_TRUE(replies[0].ok()) << replies[0].status();
}

// A row of the reader's inputs with texts of those lengths.
TensorMap ReaderRow(int question, int passage, uint32_t seed) {
  std::mt19937 random(seed);
  const auto ids = [&random](int length) {
    Tensor tensor(DataType::kFloat, {1, length});
    for (int i = 0; i < length; ++i) tensor.data<float>()[i] = static_cast<float>(1 + random() % 300);
    return tensor;
  };
  Tensor positions(DataType::kFloat, {1, passage});
  for (int i = 0; i < passage; ++i) positions.data<float>()[i] = static_cast<float>(i);
  return {{"q1_in", ids(question)},
          {"q2_in", ids(question)},
          {"p1_in", ids(passage)},
          {"p2_in", ids(passage)},
          {"k1_in", Tensor::Of<float>({1, 1}, {static_cast<float>(seed % 5)})},
          {"k2_in", Tensor::Of<float>({1, 1}, {static_cast<float>(seed % 5 + 2)})},
          {"pos_in", std::move(positions)}};
}

TEST(LoadedReaderTest, TextsOfOtherLengthsInOneBatchChangeNoBit) {
  if (!fs::exists(StarterVersion() + "/saved_model.pb")) GTEST_SKIP();
  const auto alone = LoadedServable::Load("qa", 1, StarterVersion(), WithGate());
  ASSERT_TRUE(alone.ok()) << alone.status();
  ServableOptions options = WithGate();
  options.batching.scheduler = std::make_shared<BatchScheduler>(1);
  options.batching.options.max_batch_size = 8;
  options.batching.options.max_execution_batch_size = 8;
  options.batching.options.batch_timeout = absl::Milliseconds(100);
  options.batching.options.allowed_batch_sizes = {3, 8};
  std::atomic<int64_t> most_tasks = 0;
  options.batching.observer = [&most_tasks](const std::string&, const std::string&, const BatchReport& report) {
    most_tasks = std::max(most_tasks.load(), report.tasks);
  };
  const auto batched = LoadedServable::Load("qa", 1, StarterVersion(), options);
  ASSERT_TRUE(batched.ok()) << batched.status();
  for (const char* signature : {"qa", "encode_passage"}) {
    if (!(*batched)->signatures().contains(signature)) continue;
    std::vector<std::thread> senders;
    for (uint32_t sender = 0; sender < 8; ++sender) {
      senders.emplace_back([&, sender] {
        // Lengths within an eighth of one another, and one that is far from them.
        const int passage = sender == 7 ? 20 : 100 + static_cast<int>(sender) * 2;
        TensorMap inputs = ReaderRow(4 + static_cast<int>(sender), passage, sender);
        if (std::string(signature) != "qa") {
          for (const char* name : {"q1_in", "q2_in", "k1_in", "k2_in"}) inputs.erase(name);
        }
        const auto expected = (*alone)->Run(signature, inputs, {});
        const auto outputs = (*batched)->Run(signature, inputs, {});
        ASSERT_TRUE(expected.ok()) << expected.status();
        ASSERT_TRUE(outputs.ok()) << outputs.status();
        ASSERT_EQ(outputs->size(), expected->size());
        for (const auto& [name, tensor] : *expected) {
          const Tensor& got = outputs->at(name);
          ASSERT_EQ(got.shape(), tensor.shape()) << name;
          EXPECT_EQ(std::memcmp(got.data<float>(), tensor.data<float>(), tensor.byte_size()), 0) << name;
        }
      });
    }
    for (std::thread& sender : senders) sender.join();
  }
  EXPECT_GE(most_tasks, 3);
}

TEST(LoadedReaderTest, TextsThatRunTogetherAreAnsweredAsAlone) {
  if (!fs::exists(StarterVersion() + "/saved_model.pb")) GTEST_SKIP();
  TextThreads threads(1);
  ServableOptions options;
  options.gate = std::make_shared<RunGate>(1);
  options.text_threads = &threads;
  const auto servable = LoadedServable::Load("qa", 1, StarterVersion(), options);
  ASSERT_TRUE(servable.ok()) << servable.status();
  const answer::Reader& reader = *(*servable)->reader();
  std::vector<std::thread> senders;
  for (int sender = 0; sender < 8; ++sender) {
    senders.emplace_back([&, sender] {
      for (int round = 0; round < 4; ++round) {
        std::string passage = "罗显敏,男,1989年11月19日出生,户籍地:广西壮族自治区宾阳县宾州镇顾明村";
        for (int i = 0; i < sender * round; ++i) passage += std::to_string(i) + "号。";
        if (sender == 7) passage += "\xFF";  // an error of its own, and of nobody else
        const std::vector<answer::Request> requests = {{passage, {"罗显敏的户籍地", "罗显敏的性别"}}};
        const auto alone = reader.ReadAll(requests, reader.rules());
        const auto results = WaitFor<ReadResults>(
            [&](ReadDone done) { (*servable)->StartReading(requests, reader.rules(), {}, std::move(done)); });
        ASSERT_TRUE(results.ok()) << results.status();
        ASSERT_EQ(results->size(), 1U);
        ASSERT_EQ(results->front().status(), alone.front().status());
        ASSERT_EQ(results->front().ok(), sender != 7);
        if (sender == 7) continue;
        for (size_t i = 0; i < 2; ++i) {
          const Reply& got = (*results->front())[i];
          const Reply& expected = (*alone.front())[i];
          EXPECT_EQ(got.no_answer, expected.no_answer);
          ASSERT_EQ(got.answers.size(), expected.answers.size());
          for (size_t k = 0; k < got.answers.size(); ++k) {
            EXPECT_EQ(got.answers[k].text, expected.answers[k].text);
            EXPECT_EQ(got.answers[k].begin, expected.answers[k].begin);
            EXPECT_EQ(got.answers[k].score, expected.answers[k].score);
          }
        }
      }
    });
  }
  for (std::thread& sender : senders) sender.join();
}

}  // namespace
}  // namespace tiqu::serving
