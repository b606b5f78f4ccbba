#include "model/tag_set.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::model {
namespace {

using testing::ElementsAre;

TEST(TagSetTest, NamesAndTagsOfBothSchemes) {
  const TagSet bioes = TagSet::FromTypes({"LOC", "PER"}, TagScheme::kBioes);
  EXPECT_THAT(bioes.names(), ElementsAre("O", "B-LOC", "I-LOC", "E-LOC", "S-LOC", "B-PER", "I-PER", "E-PER", "S-PER"));
  EXPECT_THAT(bioes.Encode({{0, 1, 0}, {1, 3, 1}, {4, 7, 0}}, 8), ElementsAre(4, 5, 7, 0, 1, 2, 3, 0));
  const TagSet bio = TagSet::FromTypes({"LOC", "PER"}, TagScheme::kBio);
  EXPECT_THAT(bio.names(), ElementsAre("O", "B-LOC", "I-LOC", "B-PER", "I-PER"));
  EXPECT_THAT(bio.Encode({{0, 1, 0}, {1, 3, 1}, {4, 7, 0}}, 8), ElementsAre(1, 3, 4, 0, 1, 2, 2, 0));
}

TEST(TagSetTest, SpansComeBackFromTheirTags) {
  const std::vector<TagSpan> spans = {{0, 1, 1}, {1, 2, 1}, {2, 5, 0}, {6, 8, 1}};
  for (const TagScheme scheme : {TagScheme::kBio, TagScheme::kBioes}) {
    const TagSet tags = TagSet::FromTypes({"LOC", "PER"}, scheme);
    EXPECT_EQ(tags.Decode(tags.Encode(spans, 9)), spans);
  }
}

TEST(TagSetTest, OrphansOpenSpans) {
  const TagSet tags = TagSet::FromTypes({"LOC", "PER"}, TagScheme::kBioes);
  EXPECT_THAT(tags.Decode({2, 7, 0, 3, 3}),
              ElementsAre(TagSpan{0, 1, 0}, TagSpan{1, 2, 1}, TagSpan{3, 4, 0}, TagSpan{4, 5, 0}));
}

TEST(TagSetTest, WhatMayFollowWhat) {
  const TagSet bioes = TagSet::FromTypes({"LOC", "PER"}, TagScheme::kBioes);
  constexpr int kO = 0, kB = 1, kI = 2, kE = 3, kS = 4, kOtherB = 5, kOtherI = 6;
  EXPECT_TRUE(bioes.MayFollow(kO, kO) && bioes.MayFollow(kO, kB) && bioes.MayFollow(kO, kS));
  EXPECT_FALSE(bioes.MayFollow(kO, kI) || bioes.MayFollow(kO, kE) || bioes.MayFollow(kS, kI) ||
               bioes.MayFollow(kE, kE));
  EXPECT_TRUE(bioes.MayFollow(kB, kI) && bioes.MayFollow(kB, kE) && bioes.MayFollow(kI, kI) && bioes.MayFollow(kI, kE));
  EXPECT_FALSE(bioes.MayFollow(kB, kO) || bioes.MayFollow(kB, kOtherI) || bioes.MayFollow(kI, kOtherB));
  EXPECT_TRUE(bioes.MayFollow(kE, kOtherB) && bioes.MayFollow(kS, kB) && bioes.MayFollow(kE, kO));
  EXPECT_TRUE(bioes.MayBegin(kO) && bioes.MayBegin(kB) && bioes.MayBegin(kS) && !bioes.MayBegin(kI) &&
              !bioes.MayBegin(kE));
  EXPECT_TRUE(bioes.MayEnd(kO) && bioes.MayEnd(kE) && bioes.MayEnd(kS) && !bioes.MayEnd(kB) && !bioes.MayEnd(kI));
  const TagSet bio = TagSet::FromTypes({"LOC", "PER"}, TagScheme::kBio);
  EXPECT_TRUE(bio.MayFollow(1, 0) && bio.MayFollow(1, 2) && bio.MayFollow(2, 2) && bio.MayFollow(2, 1) &&
              bio.MayEnd(2));
  EXPECT_FALSE(bio.MayFollow(0, 2) || bio.MayFollow(1, 4) || bio.MayBegin(2));
}

TEST(TagSetTest, ParseTakesWhatFromTypesMakesAndNothingElse) {
  for (const TagScheme scheme : {TagScheme::kBio, TagScheme::kBioes}) {
    const TagSet tags = TagSet::FromTypes({"LOC", "PER.NAM"}, scheme);
    const auto parsed = TagSet::Parse(tags.names());
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->scheme(), scheme);
    EXPECT_EQ(parsed->types(), tags.types());
    EXPECT_EQ(parsed->FindType("PER.NAM"), 1);
    EXPECT_EQ(parsed->FindType("PER"), -1);
  }
  const std::pair<std::vector<std::string>, const char*> broken[] = {
      {{}, "spec.tags has 0 tags, limits 3 to 1024"},
      {{"B-x", "B-x", "I-x"}, "spec.tags[0] is \"B-x\", expected \"O\""},
      {{"O", "I-x", "B-x"}, "spec.tags[1] is \"I-x\", expected \"B-\" and a type"},
      {{"O", "B-", "I-"}, "spec.tags[1] is \"B-\", expected \"B-\" and a type"},
      {{"O", "B-x", "I-y"}, "spec.tags[2] is \"I-y\", expected \"I-x\""},
      {{"O", "B-x", "I-x", "B-y"}, "spec.tags[4] is missing, expected \"I-y\""},
      {{"O", "B-x", "I-x", "E-x"}, "spec.tags[4] is missing, expected \"S-x\""},
      {{"O", "B-x", "I-x", "B-x", "I-x"}, "spec.tags has the type \"x\" twice"},
  };
  for (const auto& [names, message] : broken) {
    EXPECT_EQ(TagSet::Parse(names).status().message(), message);
  }
}

}  // namespace
}  // namespace tiqu::model
