#include "eval/baseline.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_set>

#include "base/utf8.h"

namespace tiqu::eval {
namespace {

constexpr std::u32string_view kSentenceEnds = U"。！？；!?;\n";
constexpr std::u32string_view kCuts = U"，、：,:（）()《》“”\"'「」『』 \t的是在了和与及于为被由有其";
constexpr std::u32string_view kAskers = U"谁哪何几么吗呢什多少年月日时为是的在怎样?？";

bool Has(std::u32string_view set, char32_t c) { return set.find(c) != std::u32string_view::npos; }
bool IsDigit(char32_t c) { return (c >= U'0' && c <= U'9') || Has(U"一二三四五六七八九十百千万亿两", c); }

bool AsksForNumber(const std::u32string& question) {
  for (const std::u32string_view asker : {U"多少", U"几", U"何时", U"时候", U"哪年", U"哪一年", U"时间", U"日期"}) {
    if (question.find(asker) != std::u32string::npos) return true;
  }
  return false;
}

}  // namespace

NearestMatchBaseline::NearestMatchBaseline(const std::vector<data::Sample>& samples) {
  std::unordered_set<std::string_view> passages;
  std::unordered_map<char32_t, int> counts;
  for (const data::Sample& sample : samples) {
    if (!passages.insert(sample.passage).second) continue;
    const std::u32string chars = DecodeUtf8(sample.passage).value_or(std::u32string());
    for (const char32_t c : std::unordered_set<char32_t>(chars.begin(), chars.end())) ++counts[c];
  }
  const double all = static_cast<double>(passages.size());
  unseen_idf_ = std::log(1 + all);
  for (const auto& [c, count] : counts) idf_[c] = std::log((1 + all) / (0.5 + count));
}

double NearestMatchBaseline::Weight(char32_t c) const {
  const auto found = idf_.find(c);
  return found == idf_.end() ? unseen_idf_ : std::max(0.0, found->second);
}

// By passage character: the weight of its meeting the question; a pair that stands in the question counts thrice.
std::vector<double> NearestMatchBaseline::Matches(const std::u32string& passage, const std::u32string& question) const {
  std::vector<double> matches(passage.size(), 0);
  const std::u32string_view asked(question);
  for (size_t i = 0; i < passage.size(); ++i) {
    if (Has(kAskers, passage[i]) || !Has(asked, passage[i])) continue;
    matches[i] += Weight(passage[i]);
    const std::u32string_view pair = std::u32string_view(passage).substr(i, 2);
    if (pair.size() < 2 || asked.find(pair) == std::u32string_view::npos) continue;
    matches[i] += Weight(pair[0]);
    matches[i + 1] += Weight(pair[1]);
  }
  return matches;
}

NearestMatchBaseline::Piece NearestMatchBaseline::BestSentence(const std::u32string& passage,
                                                               const std::vector<double>& matches) const {
  Piece best{0, passage.size(), -1};
  for (size_t begin = 0; begin < passage.size();) {
    size_t end = begin;
    while (end < passage.size() && !Has(kSentenceEnds, passage[end])) ++end;
    // A character that comes again and again counts once.
    std::unordered_map<char32_t, double> seen;
    for (size_t i = begin; i < end; ++i) seen[passage[i]] = std::max(seen[passage[i]], matches[i]);
    double score = 0;
    for (const auto& [c, weight] : seen) score += weight;
    if (end > begin && score > best.score) best = {begin, end, score};
    begin = end + 1;
  }
  return best;
}

NearestMatchBaseline::Piece NearestMatchBaseline::BestPiece(const std::u32string& passage,
                                                            const std::u32string& question,
                                                            const std::vector<double>& matches,
                                                            const Piece& sentence) const {
  const bool number = AsksForNumber(question);
  const size_t window = std::max<size_t>(8, question.size());
  const auto cuts = [&](size_t i) { return Has(kCuts, passage[i]) || Has(question, passage[i]); };
  Piece best{sentence.begin, sentence.end, -1};
  for (size_t begin = sentence.begin; begin < sentence.end; ++begin) {
    if (cuts(begin)) continue;
    size_t end = begin;
    bool digits = false;
    for (; end < sentence.end && !cuts(end); ++end) digits = digits || IsDigit(passage[end]);
    double score = 0;
    const size_t from = begin > sentence.begin + window ? begin - window : sentence.begin;
    for (size_t i = from; i < std::min(sentence.end, end + window); ++i) {
      const size_t distance = i < begin ? begin - i : i - std::min(i, end);
      score += matches[i] / (1.0 + static_cast<double>(distance));
    }
    if (end - begin < 2 && !digits) score *= 0.3;
    if (number && digits) score = (score + 1) * 4;
    if (score > best.score) best = {begin, end, score};
    begin = end;
  }
  return best;
}

Prediction NearestMatchBaseline::Answer(const data::Sample& sample) const {
  Prediction prediction;
  const std::u32string passage = DecodeUtf8(sample.passage).value_or(std::u32string());
  const std::u32string question = DecodeUtf8(sample.question).value_or(std::u32string());
  if (passage.empty()) return prediction;
  const std::vector<double> matches = Matches(passage, question);
  const Piece piece = BestPiece(passage, question, matches, BestSentence(passage, matches));
  if (piece.end <= piece.begin) return prediction;
  PredictedSpan span;
  span.text = EncodeUtf8(std::u32string_view(passage).substr(piece.begin, piece.end - piece.begin));
  span.begin = static_cast<int32_t>(piece.begin);
  span.end = static_cast<int32_t>(piece.end);
  prediction.spans.push_back(std::move(span));
  return prediction;
}

}  // namespace tiqu::eval
