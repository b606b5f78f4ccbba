// The hand-made features of docs/model.md for one passage and one question, straight from the ids.
//
//   question 出生地, passage 出生于宾阳    feature 0: 1 1 0 0 0    feature 2 (runs of two): 1 1 0 0 0
//
// Thread safety: a free function.
#pragma once

#include <cstdint>

namespace tiqu::kernels {

inline constexpr int64_t kMatchFeatureCount = 12;

struct MatchFeaturesInput {
  int64_t passage_length = 0;
  int64_t question_length = 0;
  const int32_t* passage_chars = nullptr;
  const int32_t* passage_words = nullptr;
  const int32_t* question_chars = nullptr;
  const int32_t* question_words = nullptr;
  const float* passage_mask = nullptr;
  const float* question_mask = nullptr;
  float anchor_begin = -1;
  float anchor_end = -1;
  const float* char_idf = nullptr;  // REQUIRES: every character id is an index of it
  const float* word_idf = nullptr;  // REQUIRES: every passage word id is an index of it
};

// out: [passage_length, kMatchFeatureCount]
void MatchFeatures(const MatchFeaturesInput& input, float* out);

}  // namespace tiqu::kernels
