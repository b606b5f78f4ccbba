// The trivial reader that every model must beat: no learning, one answer to every question.
//
// Takes the sentence whose characters and pairs of characters meet the question's best (weighted by how rare they are
// in the passages it was made from), cuts it at punctuation, function words and the question's own characters, and
// returns the piece with the most of the question close around it. Questions for a number or a date prefer pieces with
// digits.
//
// Thread safety: immutable after construction.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "data/sample.h"
#include "eval/prediction.h"

namespace tiqu::eval {

class NearestMatchBaseline {
 public:
  // Counts in how many of the samples' distinct passages each character stands.
  explicit NearestMatchBaseline(const std::vector<data::Sample>& samples);

  Prediction Answer(const data::Sample& sample) const;

 private:
  struct Piece {
    size_t begin = 0;
    size_t end = 0;
    double score = 0;
  };

  double Weight(char32_t c) const;
  std::vector<double> Matches(const std::u32string& passage, const std::u32string& question) const;
  Piece BestSentence(const std::u32string& passage, const std::vector<double>& matches) const;
  Piece BestPiece(const std::u32string& passage, const std::u32string& question, const std::vector<double>& matches,
                  const Piece& sentence) const;

  std::unordered_map<char32_t, double> idf_;
  double unseen_idf_ = 1;
};

}  // namespace tiqu::eval
