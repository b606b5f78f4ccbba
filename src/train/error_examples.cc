#include "train/error_examples.h"

#include <algorithm>
#include <cstdint>

#include "base/utf8.h"
#include "eval/match.h"
#include "fmt/format.h"
#include "train/svg_chart.h"

namespace tiqu::train {
namespace {

// What a character belongs to.
enum Mark : uint8_t { kGold = 1, kPredicted = 2, kNear = 4, kStart = 8 };

class MarkedPassage {
 public:
  explicit MarkedPassage(std::u32string text) : text_(std::move(text)), marks_(text_.size(), 0) {}

  // A span without offsets is marked wherever its text stands.
  void Add(const std::string& utf8, int32_t begin, int32_t end, Mark mark) {
    if (begin >= 0) return Fill(begin, end, mark);
    const std::u32string needle = DecodeUtf8(utf8).value_or(U"");
    for (size_t at = needle.empty() ? std::u32string::npos : text_.find(needle); at != std::u32string::npos;
         at = text_.find(needle, at + needle.size())) {
      Fill(static_cast<int64_t>(at), static_cast<int64_t>(at + needle.size()), mark);
    }
  }

  void MarkSurroundings(int64_t context) {
    const std::vector<uint8_t> spans = marks_;
    const auto chars = static_cast<int64_t>(spans.size());
    bool any = false;
    for (int64_t t = 0; t < chars; ++t) {
      if ((spans[static_cast<size_t>(t)] & (kGold | kPredicted)) == 0) continue;
      any = true;
      for (int64_t i = std::max<int64_t>(0, t - context); i < std::min(chars, t + context + 1); ++i) SetNear(i);
    }
    for (int64_t t = 0; !any && t < std::min(chars, 2 * context); ++t) SetNear(t);
  }

  std::string ToHtml() const {
    std::string html;
    size_t t = 0;
    while (t < text_.size()) {
      const size_t first = t;
      const int kind = KindOf(t);
      for (++t; t < text_.size() && KindOf(t) == kind && (kind <= 0 || (marks_[t] & kStart) == 0);) ++t;
      html += Piece(kind, std::u32string_view(text_).substr(first, t - first));
    }
    return html;
  }

 private:
  static constexpr int kLeftOut = -1;

  void SetNear(int64_t t) { marks_[static_cast<size_t>(t)] |= kNear; }

  void Fill(int64_t begin, int64_t end, Mark mark) {
    end = std::min(end, static_cast<int64_t>(text_.size()));
    for (int64_t t = begin; t < end; ++t) {
      marks_[static_cast<size_t>(t)] |= static_cast<uint8_t>(t == begin ? mark | kStart : mark);
    }
  }

  int KindOf(size_t t) const { return (marks_[t] & kNear) == 0 ? kLeftOut : marks_[t] & (kGold | kPredicted); }

  static std::string Piece(int kind, std::u32string_view text) {
    static constexpr const char* kClasses[] = {"", "gold", "wrong", "right"};
    if (kind == kLeftOut) return "<i>…</i>";
    const std::string escaped = EscapeHtml(EncodeUtf8(text));
    return kind == 0 ? escaped : fmt::format("<mark class=\"{}\">{}</mark>", kClasses[kind], escaped);
  }

  std::u32string text_;
  std::vector<uint8_t> marks_;
};

}  // namespace

std::vector<ErrorExample> WorstErrors(const std::vector<data::Sample>& samples,
                                      const std::vector<eval::Prediction>& predictions, size_t limit) {
  std::vector<ErrorExample> errors;
  for (size_t s = 0; s < samples.size(); ++s) {
    const eval::MatchResult match = eval::MatchSpans(samples[s].answers, predictions[s].spans);
    bool wrong = match.right < match.gold;
    double badness = wrong ? predictions[s].no_answer : 0.0;
    for (size_t i = 0; i < match.verdicts.size(); ++i) {
      if (match.verdicts[i] != eval::SpanVerdict::kWrong) continue;
      wrong = true;
      badness = std::max<double>(badness, predictions[s].spans[i].score);
    }
    if (wrong) errors.push_back({s, badness});
  }
  std::stable_sort(errors.begin(), errors.end(),
                   [](const ErrorExample& a, const ErrorExample& b) { return a.badness > b.badness; });
  errors.resize(std::min(errors.size(), limit));
  return errors;
}

std::string HighlightPassage(const data::Sample& sample, const eval::Prediction& prediction, int context) {
  MarkedPassage passage(DecodeUtf8(sample.passage).value_or(U""));
  for (const data::AnswerSpan& gold : sample.answers) passage.Add(gold.text, gold.begin_char, gold.end_char, kGold);
  for (const eval::PredictedSpan& span : prediction.spans) passage.Add(span.text, span.begin, span.end, kPredicted);
  passage.MarkSurroundings(context);
  return passage.ToHtml();
}

}  // namespace tiqu::train
