#include "answer/tagger.h"

#include "answer/fake_tagger.h"
#include "answer/jsonl_stream.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::answer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> Shown(const TagResult& result) {
  std::vector<std::string> shown;
  if (!result.ok()) return {std::string(result.status().message())};
  for (const Entity& entity : *result) {
    shown.push_back(entity.type + "[" + std::to_string(entity.begin) + "," + std::to_string(entity.end) + ")" +
                    entity.text);
  }
  return shown;
}

std::vector<std::string> TagOne(const Tagger& tagger, std::string_view text, float threshold = 0) {
  return Shown(tagger.TagAll({&text, 1}, threshold).front());
}

TEST(TaggerTest, EntitiesWithOffsetsOfTheTextAsSent) {
  const FakeTagger fake = MakeFakeTagger();
  const std::string_view text = "共１２元,㈱和3元";
  const TagResult result = fake.tagger->TagAll({&text, 1}, 0).front();
  EXPECT_THAT(Shown(result), ElementsAre("NUM[1,3)１２", "NUM[7,8)3"));
  EXPECT_GT((*result)[0].score, 0.99F);
  EXPECT_LT((*result)[0].score, 1.0F);
  EXPECT_THAT(TagOne(*fake.tagger, "无"), ElementsAre());
  EXPECT_THAT(TagOne(*fake.tagger, text, 1.0F), ElementsAre());
}

TEST(TaggerTest, OneBadTextLeavesTheOthersAlone) {
  TaggerOptions options;
  options.max_text_chars = 5;
  const FakeTagger fake = MakeFakeTagger(options);
  const std::string_view texts[] = {"共1元", "", "\xff", "共12345", "3"};
  const std::vector<TagResult> results = fake.tagger->TagAll(texts, 0);
  ASSERT_EQ(results.size(), 5U);
  EXPECT_THAT(Shown(results[0]), ElementsAre("NUM[1,2)1"));
  EXPECT_THAT(Shown(results[1]), ElementsAre("the text is empty"));
  EXPECT_EQ(results[2].status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Shown(results[3]), ElementsAre("the text has 6 characters, limit 5"));
  EXPECT_THAT(Shown(results[4]), ElementsAre("NUM[0,1)3"));
}

TEST(TaggerTest, LongTextsAreReadInPiecesThatEndWithSentences) {
  const FakeTagger fake = MakeFakeTagger();
  std::string text;
  std::vector<std::string> expected;
  for (int i = 0; i < 40; ++i) {
    text += "共1234和56元。";
    expected.push_back("NUM[" + std::to_string(10 * i + 1) + "," + std::to_string(10 * i + 5) + ")1234");
    expected.push_back("NUM[" + std::to_string(10 * i + 6) + "," + std::to_string(10 * i + 8) + ")56");
  }
  EXPECT_EQ(TagOne(*fake.tagger, text), expected);
  // Without a place to cut an entity may fall apart, but nothing else happens.
  EXPECT_THAT(TagOne(*fake.tagger, std::string(20, '7')), ElementsAre("NUM[0,16)7777777777777777", "NUM[16,20)7777"));
}

TEST(TaggerTest, TextsOfSimilarLengthRunTogether) {
  const FakeTagger fake = MakeFakeTagger();
  const size_t before = fake.engine->shapes().size();
  const std::string_view texts[] = {"共12元和3元", "3", "元和3元共12", "4"};
  fake.tagger->TagAll(texts, 0);
  const std::vector<Shape> shapes = fake.engine->shapes();
  EXPECT_THAT(std::vector<Shape>(shapes.begin() + static_cast<std::ptrdiff_t>(before), shapes.end()),
              ElementsAre(Shape{2, 7}, Shape{2, 1}));
}

TEST(TaggerTest, WhatDoesNotFitIsRefused) {
  const text::Vocabulary chars = FakeChars();
  const auto create = [&](model::ModelConfig config, std::shared_ptr<const engine::Engine> engine) {
    return Tagger::Create(std::move(config), text::Tokenizer({}, chars, text::Vocabulary(), {}), std::move(engine), {})
        .status();
  };
  const auto engine = std::make_shared<FakeTagEngine>(std::set<int32_t>(), 3);
  model::ModelConfig config = FakeTaggerConfig();
  EXPECT_TRUE(create(config, engine).ok());
  EXPECT_THAT(std::string(create(config, MakeFakeReader().engine).message()), HasSubstr("no signature \"infoext\""));
  EXPECT_THAT(std::string(create(config, std::make_shared<FakeTagEngine>(std::set<int32_t>(), 5)).message()),
              HasSubstr("tiqu.json names 3 tags"));
  config.spec.char_vocab_size = 3;
  EXPECT_EQ(create(config, engine).code(), absl::StatusCode::kDataLoss);
}

TEST(TaggerTest, StreamsLinesInOrder) {
  const FakeTagger fake = MakeFakeTagger();
  const std::string path = testing::TempDir() + "/tagger_test_in.jsonl";
  ASSERT_TRUE(WriteFileAtomically(path,
                                  "{\"id\":1,\"text\":\"共12元\"}\nno json\n{\"passage\":\"无\"}\n{\"id\":4}\n"
                                  "{\"id\":5,\"text\":\"1\",\"passage\":\"1\"}\n")
                  .ok());
  LineReader reader = LineReader::Open(path, 1 << 16).value();
  std::string output;
  const auto sink = [&](std::string_view lines) {
    output += lines;
    return absl::OkStatus();
  };
  const auto counts = StreamJsonl(*fake.tagger, &reader, sink, {});
  ASSERT_TRUE(counts.ok()) << counts.status();
  EXPECT_EQ(counts->lines, 5);
  EXPECT_EQ(counts->bad_lines, 3);
  EXPECT_EQ(counts->answers, 1);
  EXPECT_THAT(
      output,
      HasSubstr("{\"id\":1,\"entities\":[{\"type\":\"NUM\",\"text\":\"12\",\"begin\":1,\"end\":3,\"score\":0.99"));
  EXPECT_THAT(output, HasSubstr("{\"id\":null,\"entities\":[]}\n"));
  EXPECT_THAT(output, HasSubstr("{\"id\":4,\"error\":{\"line\":4,\"message\":\"\\\"text\\\" is missing\"}}\n"));
  EXPECT_THAT(output, HasSubstr("both \\\"text\\\" and \\\"passage\\\" are given"));
}

}  // namespace
}  // namespace tiqu::answer
