#include "train/corpus.h"

#include <algorithm>
#include <unordered_map>

#include "base/status.h"
#include "fmt/format.h"

namespace tiqu::train {
namespace {

// Every place of `needle`, not overlapping.
std::vector<GoldSpan> FindAll(const std::u32string& text, const std::u32string& needle) {
  std::vector<GoldSpan> spans;
  if (needle.empty()) return spans;
  for (size_t at = text.find(needle); at != std::u32string::npos; at = text.find(needle, at + needle.size())) {
    spans.push_back({static_cast<int32_t>(at), static_cast<int32_t>(at + needle.size())});
  }
  return spans;
}

// In order; of overlapping spans the one that begins first stays, of those the longest. Returns how many went.
int64_t DropOverlaps(std::vector<GoldSpan>* spans) {
  std::sort(spans->begin(), spans->end(), [](const GoldSpan& a, const GoldSpan& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  spans->erase(std::unique(spans->begin(), spans->end()), spans->end());
  std::vector<GoldSpan> kept;
  for (const GoldSpan& span : *spans) {
    if (kept.empty() || span.begin >= kept.back().end) kept.push_back(span);
  }
  const auto dropped = static_cast<int64_t>(spans->size() - kept.size());
  *spans = std::move(kept);
  return dropped;
}

class CorpusEncoder {
 public:
  CorpusEncoder(const text::Tokenizer& tokenizer, int max_question_chars)
      : tokenizer_(tokenizer), max_question_chars_(static_cast<size_t>(max_question_chars)) {}

  absl::Status Add(const data::Sample& sample, int32_t source) {
    TIQU_ASSIGN_OR_RETURN(const int32_t passage, AddPassage(sample.passage));
    TIQU_ASSIGN_OR_RETURN(text::EncodedText question, tokenizer_.Encode(sample.question));
    const text::NormalizedText& text = corpus_.passages[static_cast<size_t>(passage)].text;
    if (text.chars.empty() || question.char_ids.empty()) {
      ++corpus_.empty_texts;
      return absl::OkStatus();
    }
    const size_t chars = std::min(question.char_ids.size(), max_question_chars_);
    EncodedSample encoded;
    encoded.passage = passage;
    encoded.question = question.text.chars.substr(0, chars);
    encoded.question_chars.assign(question.char_ids.begin(), question.char_ids.begin() + static_cast<int64_t>(chars));
    encoded.question_words.assign(question.word_ids.begin(), question.word_ids.begin() + static_cast<int64_t>(chars));
    encoded.anchor = text::FindAnchor(encoded.question, text.chars);
    for (const data::AnswerSpan& answer : sample.answers) TIQU_RETURN_IF_ERROR(AddAnswer(answer, text, &encoded));
    corpus_.lost_answers += DropOverlaps(&encoded.gold);
    corpus_.samples.push_back(std::move(encoded));
    corpus_.source.push_back(source);
    return absl::OkStatus();
  }

  Corpus Finish() { return std::move(corpus_); }

 private:
  absl::StatusOr<int32_t> AddPassage(const std::string& passage) {
    const auto [it, added] = passages_.try_emplace(passage, static_cast<int32_t>(corpus_.passages.size()));
    if (added) {
      TIQU_ASSIGN_OR_RETURN(text::EncodedText encoded, tokenizer_.Encode(passage));
      corpus_.passages.push_back(std::move(encoded));
    }
    return it->second;
  }

  absl::Status AddAnswer(const data::AnswerSpan& answer, const text::NormalizedText& text, EncodedSample* encoded) {
    if (answer.begin_char >= 0) {
      const GoldSpan span = FromSourceSpan(text, answer.begin_char, answer.end_char);
      if (span.begin < span.end) {
        encoded->gold.push_back(span);
      } else {
        ++corpus_.lost_answers;
      }
      return absl::OkStatus();
    }
    TIQU_ASSIGN_OR_RETURN(const text::EncodedText needle, tokenizer_.Encode(answer.text));
    const std::vector<GoldSpan> spans = FindAll(text.chars, needle.text.chars);
    if (spans.empty()) ++corpus_.lost_answers;
    encoded->gold.insert(encoded->gold.end(), spans.begin(), spans.end());
    return absl::OkStatus();
  }

  const text::Tokenizer& tokenizer_;
  size_t max_question_chars_;
  std::unordered_map<std::string, int32_t> passages_;
  Corpus corpus_;
};

}  // namespace

GoldSpan FromSourceSpan(const text::NormalizedText& text, int32_t source_begin, int32_t source_end) {
  const auto first = std::upper_bound(text.end.begin(), text.end.end(), source_begin);
  const auto last = std::lower_bound(text.begin.begin(), text.begin.end(), source_end);
  return {static_cast<int32_t>(first - text.end.begin()), static_cast<int32_t>(last - text.begin.begin())};
}

std::vector<uint8_t> GoldTags(const std::vector<GoldSpan>& gold, size_t chars) {
  std::vector<uint8_t> tags(chars, 0);
  for (const GoldSpan& span : gold) {
    for (int32_t t = span.begin; t < span.end; ++t) tags[static_cast<size_t>(t)] = t == span.begin ? 1 : 2;
  }
  return tags;
}

absl::StatusOr<Corpus> EncodeCorpus(const std::vector<data::Sample>& samples, const text::Tokenizer& tokenizer,
                                    int max_question_chars) {
  CorpusEncoder encoder(tokenizer, max_question_chars);
  for (size_t i = 0; i < samples.size(); ++i) {
    const absl::Status status = encoder.Add(samples[i], static_cast<int32_t>(i));
    if (!status.ok()) return Annotate(status, fmt::format("sample {} ({})", i + 1, samples[i].id));
  }
  return encoder.Finish();
}

}  // namespace tiqu::train
