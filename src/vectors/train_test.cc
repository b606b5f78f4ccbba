#include "vectors/train.h"

#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <string>

#include "base/file.h"
#include "base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::vectors {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// An invented language of two topics, whose words never meet, in a folder of the test's own.
class TrainTest : public testing::Test {
 protected:
  TrainTest() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) / ("tiqu_train_test_" + std::to_string(getpid()) + "_" + info->name());
    fs::create_directories(folder_);
    const std::vector<std::string> topics[] = {{"苹果", "香蕉", "葡萄", "西瓜", "好吃"},
                                               {"法院", "判决", "被告", "原告", "上诉"}};
    Random random(3);
    std::string corpus;
    for (int line = 0; line < 3000; ++line) {
      const auto& topic = topics[line % 2];
      for (int i = 0; i < 12; ++i) corpus += random.Pick(topic);
      corpus += "。\n";
    }
    Write("corpus.txt", corpus);
    Write("words.txt", "苹果 5 n\n香蕉 5\n葡萄\n西瓜 5\n好吃 5\n法院 5\n判决 5\n被告 5\n原告 5\n上訴 5\n");
    options_.corpus = {Path("corpus.txt")};
    options_.word_list = Path("words.txt");
    options_.dim = 8;
    options_.epochs = 3;
    options_.sample = 1;
    options_.temporary_folder = folder_.string();
  }
  ~TrainTest() override { fs::remove_all(folder_); }

  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  void Write(const std::string& name, const std::string& bytes) {
    ASSERT_TRUE(WriteFileAtomically(Path(name), bytes).ok());
  }

  fs::path folder_;
  TrainOptions options_;
};

double Cosine(const WordVectors& vectors, const std::string& a, const std::string& b) {
  const float* x = vectors.row(vectors.words.Find(a));
  const float* y = vectors.row(vectors.words.Find(b));
  double xy = 0;
  double xx = 0;
  double yy = 0;
  for (int i = 0; i < vectors.dim; ++i) {
    xy += x[i] * y[i];
    xx += x[i] * x[i];
    yy += y[i] * y[i];
  }
  return xy / std::sqrt(xx * yy);
}

TEST_F(TrainTest, WordsOfOneTopicComeToLieTogether) {
  const Trained trained = TrainWordVectors(options_).value();
  const WordVectors& vectors = trained.vectors;
  EXPECT_EQ(vectors.words.size(), 2 + 10 + 1);  // and the full stop
  EXPECT_EQ(trained.report.lines, 3000);
  EXPECT_EQ(trained.report.words, 3000 * 13);
  EXPECT_GT(vectors.words.entry(3).count, 2500);  // of about 3,600
  EXPECT_GT(Cosine(vectors, "法院", "上诉"), Cosine(vectors, "法院", "葡萄") + 0.3);
  EXPECT_GT(Cosine(vectors, "苹果", "西瓜"), Cosine(vectors, "苹果", "判决") + 0.3);
  for (int i = 0; i < 2 * vectors.dim; ++i) EXPECT_EQ(vectors.values[static_cast<size_t>(i)], 0);
}

TEST_F(TrainTest, OneThreadGivesTheSameEveryTimeAndNothingStaysBehind) {
  const Trained a = TrainWordVectors(options_).value();
  const Trained b = TrainWordVectors(options_).value();
  EXPECT_EQ(a.vectors.values, b.vectors.values);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 2);
}

TEST_F(TrainTest, WordsAreHarvestedWhenNoListIsGiven) {
  options_.word_list.clear();
  options_.harvest.min_cohesion = 2;
  options_.harvest.min_freedom = 1;
  const Trained trained = TrainWordVectors(options_).value();
  EXPECT_GT(trained.vectors.words.Find("苹果"), text::kUnknownId);
  EXPECT_GT(trained.vectors.words.Find("上诉"), text::kUnknownId);
  EXPECT_EQ(trained.vectors.words.Find("果香"), text::kUnknownId);
}

TEST_F(TrainTest, BadLinesAreCountedAndLeftOut) {
  Write("bad.txt", "法院\xFF\n\n法院\n");
  options_.corpus.push_back(Path("bad.txt"));
  const Trained trained = TrainWordVectors(options_).value();
  EXPECT_EQ(trained.report.bad_lines, 1);
  EXPECT_THAT(trained.report.messages, testing::ElementsAre(HasSubstr("bad.txt line 1: byte 6 (0xff) is not UTF-8")));
}

TEST_F(TrainTest, WrongOptionsAndFilesAreNamed) {
  TrainOptions options = options_;
  options.dim = 0;
  EXPECT_EQ(TrainWordVectors(options).status().message(), "dim is 0, must be 1 to 4096");
  options = options_;
  options.corpus.clear();
  EXPECT_FALSE(TrainWordVectors(options).ok());
  options = options_;
  options.corpus = {Path("absent.txt")};
  EXPECT_EQ(TrainWordVectors(options).status().code(), absl::StatusCode::kNotFound);
  options = options_;
  options.min_count = 1000000;
  EXPECT_EQ(TrainWordVectors(options).status().code(), absl::StatusCode::kInvalidArgument);
  options = options_;
  options.temporary_folder = Path("absent");
  EXPECT_EQ(TrainWordVectors(options).status().code(), absl::StatusCode::kNotFound);
  Write("empty.txt", "\n");
  options = options_;
  options.corpus = {Path("empty.txt")};
  EXPECT_EQ(TrainWordVectors(options).status().message(), "the corpus has no words");
}

TEST_F(TrainTest, WordListsAreNormalisedAndTheirBadLinesReported) {
  Write("list.txt", "臺灣 3 ns\n台湾 4\n\n  Ａ\t2\n坏 x\n\xFF 1\n");
  const WordList list = ReadWordList(Path("list.txt"), {}).value();
  EXPECT_EQ(list.words.Encode(), "<pad>\t0\n<unk>\t0\n台湾\t7\na\t2\n");
  ASSERT_EQ(list.tags.size(), 1U);
  EXPECT_EQ(list.tags[0].word, list.words.Find("台湾"));
  EXPECT_EQ(list.tags[0].tag, "ns");
  EXPECT_EQ(list.bad_lines, 2);
  EXPECT_THAT(list.messages[0], HasSubstr("line 5: the count \"x\" is not a number from 0"));
  EXPECT_FALSE(ReadWordList(Path("absent"), {}).ok());
  Write("none.txt", "\n");
  EXPECT_FALSE(ReadWordList(Path("none.txt"), {}).ok());
}

}  // namespace
}  // namespace tiqu::vectors
