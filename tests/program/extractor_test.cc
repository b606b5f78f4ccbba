// The public C++ interface on a model of files.
#include "tiqu/extractor.h"

#include <thread>

#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "program_for_test.h"

namespace tiqu {
namespace {

using ::testing::HasSubstr;

constexpr char kQuestion[] = "罗显敏的出生地是哪里";
constexpr char kPassage[] = "罗显敏,男,1989年11月19日出生,户籍地:广西宾阳县2队513号";

void ExpectSame(const Reply& a, const Reply& b) {
  ASSERT_EQ(a.answers.size(), b.answers.size());
  EXPECT_NEAR(a.no_answer, b.no_answer, 1e-5);
  for (size_t i = 0; i < a.answers.size(); ++i) {
    EXPECT_EQ(a.answers[i].text, b.answers[i].text);
    EXPECT_EQ(a.answers[i].begin, b.answers[i].begin);
    EXPECT_EQ(a.answers[i].end, b.answers[i].end);
    EXPECT_NEAR(a.answers[i].score, b.answers[i].score, 1e-5);
  }
}

TEST(ExtractorTest, EveryDoorGivesTheSameAnswers) {
  const std::string model = cli::WriteRandomModel("model");
  ExtractorOptions options;
  options.threshold = 0.1F;
  options.workers = 3;
  const Result<Extractor> extractor = Extractor::Load(model, options);
  ASSERT_TRUE(extractor.ok()) << extractor.status().message();
  const Result<Reply> asked = extractor->Ask(kQuestion, kPassage);
  ASSERT_TRUE(asked.ok()) << asked.status().message();
  ASSERT_FALSE(asked->answers.empty());

  const auto extracted = extractor->Extract({"谁", kQuestion}, kPassage);
  ASSERT_TRUE(extracted.ok());
  ASSERT_EQ(extracted->size(), 2U);
  ExpectSame((*extracted)[1], *asked);

  std::vector<PassageQuestions> passages(20, {kPassage, {kQuestion}});
  passages[7].passage = "\xff";
  passages[8].questions.clear();
  const auto all = extractor->ExtractAll(passages);
  ASSERT_EQ(all.size(), 20U);
  for (size_t i = 0; i < all.size(); ++i) {
    if (i == 7) {
      EXPECT_EQ(all[i].status().code(), StatusCode::kInvalidArgument);
    } else if (i == 8) {
      EXPECT_TRUE(all[i].value().empty());
    } else {
      ASSERT_TRUE(all[i].ok());
      ExpectSame(all[i].value().front(), *asked);
    }
  }
  EXPECT_TRUE(extractor->ExtractAll({}).empty());
}

TEST(ExtractorTest, ThreadsShareOneExtractor) {
  Result<Extractor> extractor = Extractor::Load(cli::WriteRandomModel("model"));
  ASSERT_TRUE(extractor.ok());
  const Extractor shared = *std::move(extractor);
  const Reply expected = shared.Ask(kQuestion, kPassage).value();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 10; ++round) ExpectSame(shared.Ask(kQuestion, kPassage).value(), expected);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(ExtractorTest, OptionsAndModelsThatAreWrongAreNamed) {
  ExtractorOptions wrong;
  wrong.threshold = 1.5F;
  EXPECT_EQ(Extractor::Load("x", wrong).status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Extractor::Load("x", wrong).status().message(), HasSubstr("threshold is 1.5"));
  EXPECT_EQ(Extractor::Load("no/such/model").status().code(), StatusCode::kNotFound);

  const std::string model = cli::WriteRandomModel("model");
  ExtractorOptions options;
  options.max_passage_chars = 5;
  EXPECT_THAT(Extractor::Load(model, options).value().Ask(kQuestion, kPassage).status().message(),
              HasSubstr("limit 5"));
}

TEST(ExtractorTest, DamagedModelsAreRefused) {
  const std::string model = cli::WriteRandomModel("model");
  const auto damage = [&](const std::string& file, const std::string& bytes) {
    const std::string path = model + "/1/" + file;
    const std::string before = ReadFile(path).value();
    EXPECT_TRUE(WriteFileAtomically(path, bytes).ok());
    const Status status = Extractor::Load(model).status();
    EXPECT_TRUE(WriteFileAtomically(path, before).ok());
    return status;
  };
  EXPECT_EQ(damage("assets.extra/tiqu.json", "{").code(), StatusCode::kDataLoss);
  EXPECT_THAT(damage("assets.extra/tiqu.json", "{}").message(), HasSubstr("assets.extra/tiqu.json: "));
  EXPECT_EQ(damage("assets.extra/tiqu.json", "{}").code(), StatusCode::kDataLoss);
  EXPECT_EQ(damage("assets/chars.txt", "<pad>\t0\n<unk>\t0\n罗\t1\n").code(), StatusCode::kDataLoss);
  EXPECT_FALSE(damage("assets/words.txt", "no tabs here\n").ok());
  EXPECT_FALSE(damage("saved_model.pb", "\x01\x02").ok());
  EXPECT_FALSE(damage("variables/variables.data-00000-of-00001", "short").ok());
  ASSERT_TRUE(Extractor::Load(model).ok());
  ASSERT_EQ(std::remove((model + "/1/assets.extra/tiqu.json").c_str()), 0);
  EXPECT_EQ(Extractor::Load(model).status().code(), StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace tiqu
