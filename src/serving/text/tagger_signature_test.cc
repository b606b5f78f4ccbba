#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "serving/models/wait_for.h"
#include "serving/text/text_rows.h"
#include "serving/text/text_signatures.h"

namespace tiqu::serving {
namespace {

using ::testing::ElementsAre;

Tensor TextVector(std::vector<std::string> texts) {
  Tensor tensor(DataType::kString, {static_cast<int64_t>(texts.size())});
  tensor.strings() = std::move(texts);
  return tensor;
}

// Every 京 is a place; an empty text is an error.
void TagCapitals(const std::vector<std::string_view>& texts, const TagDone& done) {
  std::vector<answer::TagResult> results;
  for (const std::string_view text : texts) {
    if (text.empty()) {
      results.push_back(absl::InvalidArgumentError("the text is empty"));
      continue;
    }
    std::vector<answer::Entity> entities;
    for (size_t at = text.find("京"); at != std::string_view::npos; at = text.find("京", at + 3)) {
      entities.push_back({"LOC", "京", static_cast<int32_t>(at / 3), static_cast<int32_t>(at / 3 + 1), 0.5F});
    }
    results.push_back(std::move(entities));
  }
  done(std::move(results));
}

absl::StatusOr<TensorMap> TagTensor(std::vector<std::string> texts) {
  return WaitFor<absl::StatusOr<TensorMap>>([&](RunDone done) {
    StartTaggerSignature({{"text", TextVector(std::move(texts))}}, TagCapitals, std::move(done));
  });
}

TEST(TaggerSignatureTest, RowsAreFilledUpToTheOneWithMostEntities) {
  const auto out = TagTensor({"京和京", "无", "在京"});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(out->at("types").shape(), (Shape{3, 2}));
  EXPECT_THAT(out->at("types").strings(), ElementsAre("LOC", "LOC", "", "", "LOC", ""));
  EXPECT_THAT(out->at("entities").strings(), ElementsAre("京", "京", "", "", "京", ""));
  const int32_t* begins = out->at("begins").data<int32_t>();
  EXPECT_THAT(std::vector<int32_t>(begins, begins + 6), ElementsAre(0, 2, -1, -1, 1, -1));
  const int32_t* counts = out->at("counts").data<int32_t>();
  EXPECT_THAT(std::vector<int32_t>(counts, counts + 3), ElementsAre(2, 0, 1));
}

TEST(TaggerSignatureTest, ErrorsNameTheRow) {
  EXPECT_EQ(TagTensor({"京", ""}).status(), absl::InvalidArgumentError("row 1: the text is empty"));
}

TEST(TaggerSignatureTest, TheSignatureIsShownAndTaken) {
  SignatureDefs defs;
  std::map<std::string, engine::Signature> signatures;
  AddTaggerSignature(&defs, &signatures);
  EXPECT_TRUE(IsTextSignature(defs.at("extract")));
  EXPECT_EQ(signatures.at("extract").inputs.at("text").type, DataType::kString);
  EXPECT_EQ(signatures.at("extract").outputs.size(), 6U);
}

}  // namespace
}  // namespace tiqu::serving
