// The samples that a model got wrong most surely, and how they look on a page.
//
// Thread safety: free functions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "data/sample.h"
#include "eval/prediction.h"

namespace tiqu::train {

struct ErrorExample {
  size_t sample = 0;
  // How sure the model was of something wrong: the largest score of a wrong span; where an answer is missing and no
  // wrong span is more likely, the probability of no answer.
  double badness = 0;
};

// Samples with a wrong or a missing span, worst first, at most `limit`. REQUIRES: as many predictions as samples.
std::vector<ErrorExample> WorstErrors(const std::vector<data::Sample>& samples,
                                      const std::vector<eval::Prediction>& predictions, size_t limit);

// The passage around gold and predicted spans as HTML: <mark class="gold">, "wrong" (predicted only) or "right" (both);
// what lies farther than `context` characters from any of them is left out ("…"). Without spans: the beginning.
std::string HighlightPassage(const data::Sample& sample, const eval::Prediction& prediction, int context);

}  // namespace tiqu::train
