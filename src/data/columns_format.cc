// Tagged characters, one a line; a blank line ends a sentence:
//
//   span := B-x (I-x | M-x)* (E-x)?  |  S-x
//
// A tag that continues nothing (I without B, another label) opens a span of its own and is noted. With
// ReadOptions::join_at sentences are joined into records. A number behind every single character (WeiboNER's place in
// the word) is dropped. A sentence with a line that cannot be read is left out.
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "data/label_samples.h"
#include "data/line_format.h"
#include "data/tag_column.h"

namespace tiqu::data {
namespace {

struct TaggedChar {
  std::string token;
  char position;
  std::string label;
};

using Sentence = std::vector<TaggedChar>;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// "口0": a character and its place in the word, throughout the sentence, which begins with the first of a word. From
// the eleventh character of a word on the place has two digits.
bool HasWordPlaces(const Sentence& sentence) {
  return sentence.front().token.back() == '0' && std::all_of(sentence.begin(), sentence.end(), [](const TaggedChar& c) {
           return IsDigit(c.token.back()) && CountCodePoints(c.token) >= 2;
         });
}

// The first code point stays, be it a digit itself.
void DropWordPlace(std::string* token) {
  const size_t first = Utf8Substring(*token, 0, 1).size();
  while (token->size() > first && IsDigit(token->back())) token->pop_back();
}

class ColumnsFormat : public LineFormat {
 public:
  void Line(std::string_view line, int64_t number, SampleCollector* out) override {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
      FinishSentence(out);
      return;
    }
    TagColumn column;
    if (!ParseTagColumn(line, &column)) {
      out->AddBadRecord(std::to_string(number), "line is not a character and a tag");
      damaged_ = true;
      return;
    }
    if (const auto token = DecodeUtf8(column.token); !token.ok()) {
      out->AddBadRecord(std::to_string(number), "text is not UTF-8", std::string(token.status().message()));
      damaged_ = true;
      return;
    }
    if (sentence_.empty()) sentence_line_ = number;
    sentence_.push_back({std::string(column.token), column.position, std::string(column.label)});
  }

  void End(SampleCollector* out) override {
    FinishSentence(out);
    FinishRecord(out);
  }

 private:
  void FinishSentence(SampleCollector* out) {
    // A sentence with a character missing would be labelled wrongly; the line that damaged it is reported already.
    if (std::exchange(damaged_, false)) sentence_.clear();
    if (sentence_.empty()) return;
    if (HasWordPlaces(sentence_)) {
      for (TaggedChar& c : sentence_) DropWordPlace(&c.token);
    }
    const std::string& join_at = out->options().join_at;
    // S-NAME is a bare surname ("张先生"): it goes on about the same person.
    const TaggedChar& first = sentence_.front();
    if (join_at.empty() || (first.label == join_at && first.position == 'B')) FinishRecord(out);
    if (record_.empty()) record_line_ = sentence_line_;
    record_.insert(record_.end(), std::make_move_iterator(sentence_.begin()), std::make_move_iterator(sentence_.end()));
    sentence_.clear();
  }

  void FinishRecord(SampleCollector* out) {
    if (record_.empty()) return;
    out->AddRecord();
    const std::string where = std::to_string(record_line_);
    std::string passage;
    for (const TaggedChar& c : record_) passage += c.token;
    if (out->SetPassage(std::move(passage), where)) AddLabelSamples(Spans(out), where, out);
    record_.clear();
  }

  LabelledSpans Spans(SampleCollector* out) const {
    LabelledSpans spans;
    int64_t at = 0;
    int64_t begin = -1;  // of the open span
    std::string label;
    const auto close = [&](int64_t end) {
      if (begin >= 0) spans.Add(label, RawAnswer{.begin = begin, .end = end});
      begin = -1;
    };
    for (const TaggedChar& c : record_) {
      const bool continues = begin >= 0 && c.label == label && (c.position != 'B' && c.position != 'S');
      if (!continues) {
        close(at);
        if (c.position != 'O') {
          if (c.position != 'B' && c.position != 'S') out->Note("tag continues no span: taken as a begin", c.token);
          begin = at;
          label = c.label;
        }
      }
      at += CountCodePoints(c.token);
      if (c.position == 'E' || c.position == 'S') close(at);
    }
    close(at);
    return spans;
  }

  Sentence sentence_;
  Sentence record_;
  int64_t sentence_line_ = 0;
  int64_t record_line_ = 0;
  bool damaged_ = false;  // a line of the sentence at hand could not be read
};

}  // namespace

std::unique_ptr<LineFormat> MakeColumnsFormat() { return std::make_unique<ColumnsFormat>(); }

}  // namespace tiqu::data
