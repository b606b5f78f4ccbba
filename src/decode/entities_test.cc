#include "decode/entities.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::decode {
namespace {

TEST(EntitiesTest, SpansOfTheBestPathWithTheirProbabilities) {
  const model::TagSet tags = model::TagSet::FromTypes({"PER"}, model::TagScheme::kBioes);  // O B I E S
  std::vector<float> transitions(25, 0.0F);
  for (int from = 0; from < 5; ++from) {
    for (int to = 0; to < 5; ++to) {
      if (!tags.MayFollow(from, to)) transitions[static_cast<size_t>(5 * from + to)] = model::kForbiddenScore;
    }
  }
  constexpr float kNo = model::kForbiddenScore;
  // Paths: B E O (3 + 3), O O O (0), S O O (1), O S O (1), S S O (2), all with O at the end.
  const std::vector<float> logits = {0, 3, kNo, kNo, 1, 0, kNo, kNo, 3, 1, 0, kNo, kNo, kNo, kNo};
  const LinearChain chain(transitions, 5);
  const auto entities = FindEntities(chain, tags, logits);
  ASSERT_EQ(entities.size(), 1U);
  EXPECT_EQ(entities[0].begin, 0);
  EXPECT_EQ(entities[0].end, 2);
  const double all = std::exp(6) + 1 + 2 * std::exp(1) + std::exp(2);
  EXPECT_NEAR(entities[0].score, std::exp(6) / all, 1e-6);
}

TEST(EntitiesTest, InBioASpanEndsWhereTheNextIsNotInside) {
  const model::TagSet tags = model::TagSet::FromTypes({"PER"}, model::TagScheme::kBio);  // O B I
  const std::vector<float> transitions = {0, 0, model::kForbiddenScore, 0, 0, 0, 0, 0, 0};
  const std::vector<float> logits = {0, 9, model::kForbiddenScore, 2, -9, 0};
  const auto entities = FindEntities(LinearChain(transitions, 3), tags, logits);
  ASSERT_EQ(entities.size(), 1U);
  EXPECT_EQ(entities[0].end, 1);
  // B first for certain (e^9 against 1), then O or I: e^2 against 1.
  EXPECT_NEAR(entities[0].score, std::exp(2) / (std::exp(2) + 1), 1e-3);
}

TEST(EntitiesTest, NothingInNothing) {
  const model::TagSet tags = model::TagSet::FromTypes({"PER"}, model::TagScheme::kBio);
  EXPECT_TRUE(FindEntities(LinearChain(std::vector<float>(9, 0.0F), 3), tags, {}).empty());
}

}  // namespace
}  // namespace tiqu::decode
