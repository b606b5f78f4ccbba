// Vocabulary, idf, encoded corpus and batches: from text to what the network sees.
#include <algorithm>
#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "train/batch_builder.h"
#include "train/corpus.h"
#include "train/vocabulary_builder.h"

namespace tiqu::train {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

data::Sample SampleOf(const std::string& question, const std::string& passage,
                      std::vector<data::AnswerSpan> answers = {}) {
  data::Sample sample;
  sample.id = "s";
  sample.question = question;
  sample.passage = passage;
  sample.answers = std::move(answers);
  return sample;
}

text::Tokenizer MakeTokenizer(const std::vector<data::Sample>& samples) {
  const text::NormalizerOptions options;
  auto chars = BuildCharVocabulary(samples, text::Normalizer(options), 1);
  EXPECT_TRUE(chars.ok());
  return text::Tokenizer(options, *std::move(chars), text::Vocabulary(), {});
}

TEST(VocabularyBuilderTest, CountsNormalisedCharactersOfDistinctPassages) {
  const std::vector<data::Sample> samples = {SampleOf("问A", "aab"), SampleOf("问b", "aab"), SampleOf("问", "c")};
  const auto vocabulary = BuildCharVocabulary(samples, text::Normalizer(text::NormalizerOptions()), 2);
  ASSERT_TRUE(vocabulary.ok());
  // 问 3; a 2 + 1 (A is lower-cased); b 1 + 1; the passage aab counts once; c is too rare
  EXPECT_EQ(vocabulary->Encode(), "<pad>\t0\n<unk>\t0\na\t3\n问\t3\nb\t2\n");
}

TEST(VocabularyBuilderTest, BadTextNamesTheSample) {
  const auto vocabulary = BuildCharVocabulary({SampleOf("ok", "ok"), SampleOf("\xff", "ok")},
                                              text::Normalizer(text::NormalizerOptions()), 1);
  EXPECT_EQ(vocabulary.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(vocabulary.status().message()), HasSubstr("sample 2"));
}

TEST(VocabularyBuilderTest, IdfByHand) {
  text::EncodedText first;
  first.char_ids = {2, 3, 3};
  first.word_ids = {1, 1, 1};
  text::EncodedText second;
  second.char_ids = {2, 4, 4};
  second.word_ids = {2, 2, 2};
  const IdfTables idf = BuildIdfTables({first, second}, 6, 3);
  const double once = std::log(3.0 / 2.0) / std::log(3.0);
  EXPECT_THAT(idf.chars, ElementsAre(0, 0, 0, testing::FloatNear(once, 1e-6), testing::FloatNear(once, 1e-6), 1));
  EXPECT_THAT(idf.words, ElementsAre(0, 0, testing::FloatNear(once, 1e-6)));
}

TEST(CorpusTest, AnswersLandOnNormalisedCharacters) {
  const std::vector<data::Sample> samples = {
      SampleOf("成立于哪里", "腾讯成立于深圳。", {{"深圳", 5, 7}}),
      SampleOf("谁", "张三和李四和张三", {{"张三"}}),                // without offsets: every place
      SampleOf("谁", "张三和李四和张三", {{"李四", 3, 5}}),          // shares the passage
      SampleOf("谁", "张三", {{"王五"}}),                            // cannot be placed
      SampleOf("", "张三"),                                          // no question
      SampleOf("谁", "张三丰来", {{"张三丰", 0, 3}, {"三", 1, 2}}),  // overlap
  };
  const text::Tokenizer tokenizer = MakeTokenizer(samples);
  const auto corpus = EncodeCorpus(samples, tokenizer, 3);
  ASSERT_TRUE(corpus.ok()) << corpus.status();
  EXPECT_EQ(corpus->samples.size(), 5U);
  EXPECT_THAT(corpus->source, ElementsAre(0, 1, 2, 3, 5));
  EXPECT_THAT(corpus->samples[0].gold, ElementsAre(GoldSpan{5, 7}));
  EXPECT_THAT(corpus->samples[1].gold, ElementsAre(GoldSpan{0, 2}, GoldSpan{6, 8}));
  EXPECT_THAT(corpus->samples[2].gold, ElementsAre(GoldSpan{3, 5}));
  EXPECT_EQ(corpus->samples[1].passage, corpus->samples[2].passage);
  EXPECT_THAT(corpus->samples[3].gold, ElementsAre());
  EXPECT_THAT(corpus->samples[4].gold, ElementsAre(GoldSpan{0, 3}));
  EXPECT_EQ(corpus->lost_answers, 2);
  EXPECT_EQ(corpus->empty_texts, 1);
  EXPECT_EQ(corpus->samples[0].question_chars.size(), 3U) << "longer questions are cut";
}

TEST(BatchBuilderTest, LaysOutPassagesQuestionsAndTags) {
  const std::vector<data::Sample> samples = {SampleOf("里", "成立于深圳", {{"深圳", 3, 5}}),
                                             SampleOf("立于", "成立于深圳")};
  const text::Tokenizer tokenizer = MakeTokenizer(samples);
  const auto corpus = EncodeCorpus(samples, tokenizer, 8);
  ASSERT_TRUE(corpus.ok());
  model::ModelSpec spec;
  spec.char_vocab_size = tokenizer.chars().size();
  spec.word_vocab_size = 2;
  const IdfTables idf = BuildIdfTables(corpus->passages, spec.char_vocab_size, 2);
  const BatchBuilder builder(*corpus, idf, spec);

  const ReaderBatch batch = builder.Build({{0, 0, 5, {0, 1}}}, {});
  EXPECT_THAT(batch.layout.encoder.begin, ElementsAre(0, 5, 6, 8));
  EXPECT_THAT(batch.layout.samples.begin, ElementsAre(0, 5, 10));
  EXPECT_THAT(batch.layout.pair_begin, ElementsAre(0, 5, 15));
  EXPECT_THAT(batch.layout.passage_of_sample, ElementsAre(0, 0));
  EXPECT_THAT(batch.ids.positions, ElementsAre(0, 1, 2, 3, 4, -1, -1, -1));
  EXPECT_THAT(batch.tags, ElementsAre(0, 0, 0, 1, 2, 0, 0, 0, 0, 0));
  ASSERT_EQ(batch.features.size(), 10U * 12U);
  EXPECT_EQ(batch.features[(5 + 1) * 12], 1.0F) << "立 stands in the second question";
  EXPECT_EQ(batch.features[5 * 12], 0.0F) << "成 does not";

  // A cut through the answer keeps its beginning; a cut before it leaves none.
  EXPECT_THAT(builder.Build({{0, 0, 4, {0}}}, {}).tags, ElementsAre(0, 0, 0, 1));
  EXPECT_THAT(builder.Build({{0, 4, 5, {0}}}, {}).tags, ElementsAre(0));
  EXPECT_THAT(builder.Build({{0, 0, 5, {0}, /*negative=*/true}}, {}).tags, ElementsAre(0, 0, 0, 0, 0));
}

TEST(BatchBuilderTest, UnknownIdsDependOnSeedAndStreamAlone) {
  const std::vector<data::Sample> samples = {SampleOf("里", std::string(3000, 'a'))};
  const text::Tokenizer tokenizer = MakeTokenizer(samples);
  const auto corpus = EncodeCorpus(samples, tokenizer, 8);
  ASSERT_TRUE(corpus.ok());
  model::ModelSpec spec;
  spec.char_vocab_size = tokenizer.chars().size();
  spec.word_vocab_size = 2;
  const IdfTables idf = BuildIdfTables(corpus->passages, spec.char_vocab_size, 2);
  const BatchBuilder builder(*corpus, idf, spec);
  const auto chars = [&](uint64_t seed, uint64_t stream) {
    return builder.Build({{0, 0, 3000, {0}}}, {true, 0.1, seed, stream}).ids.chars;
  };
  EXPECT_EQ(chars(1, 2), chars(1, 2));
  EXPECT_NE(chars(1, 2), chars(1, 3));
  EXPECT_NE(chars(1, 2), chars(2, 2));
  const std::vector<int32_t> ids = chars(1, 2);
  EXPECT_NEAR(static_cast<double>(std::count(ids.begin(), ids.end(), text::kUnknownId)), 300, 60);
}

}  // namespace
}  // namespace tiqu::train
