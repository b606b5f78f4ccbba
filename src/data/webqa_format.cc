// WebQA's annotated lines:
//
//   {"question_tokens": [...], "evidence_tokens": [...], "golden_answers": text or [text, ...],
//    "answer_start": i, "answer_end": j}
//
// Tokens are joined without blanks. answer_start counts tokens, the last included; about one in nine is wrong and the
// nearest place of the text is taken. More texts in golden_answers are alternatives of the first.
#include <algorithm>

#include "base/utf8.h"
#include "data/json_field.h"
#include "data/json_line_format.h"

namespace tiqu::data {
namespace {

// The tokens as one text; `begins` gets the code point where each token starts, and where the last ends.
bool Join(const JsonObject& record, const char* key, std::string* text, std::vector<int64_t>* begins) {
  const auto tokens = JsonList(record, key);
  if (!tokens) return false;
  int64_t at = 0;
  for (const JsonElement element : *tokens) {
    std::string_view token;
    if (element.get(token) != simdjson::SUCCESS) return false;
    begins->push_back(at);
    at += CountCodePoints(token);
    text->append(token);
  }
  begins->push_back(at);
  return true;
}

bool ReadTexts(const JsonObject& record, std::vector<std::string>* texts) {
  if (auto text = JsonText(record, "golden_answers")) {
    texts->push_back(*std::move(text));
    return true;
  }
  const auto list = JsonList(record, "golden_answers");
  if (!list) return false;
  for (const JsonElement element : *list) {
    std::string_view text;
    if (element.get(text) != simdjson::SUCCESS) return false;
    texts->emplace_back(text);
  }
  return true;
}

class WebqaFormat : public JsonLineFormat {
  void Record(const JsonObject& record, const std::string& where, SampleCollector* out) override {
    std::string passage;
    std::vector<int64_t> begins;
    std::vector<int64_t> question_begins;
    std::vector<std::string> texts;
    RawSample sample{.id = where};
    if (!Join(record, "evidence_tokens", &passage, &begins) ||
        !Join(record, "question_tokens", &sample.question, &question_begins)) {
      out->AddBadRecord(where, "question_tokens or evidence_tokens is no list of texts");
      return;
    }
    if (!ReadTexts(record, &texts)) {
      out->AddBadRecord(where, "golden_answers is no text");
      return;
    }
    if (!out->SetPassage(std::move(passage), where)) return;
    TakeAnswer(record, begins, texts, &sample);
    out->Add(std::move(sample));
  }

  static void TakeAnswer(const JsonObject& record, const std::vector<int64_t>& begins,
                         const std::vector<std::string>& texts, RawSample* sample) {
    if (texts.empty() || texts.front().empty()) return;
    RawAnswer answer{.text = texts.front()};
    // begins has one more entry than there are tokens: the passage's end.
    const int64_t tokens = static_cast<int64_t>(begins.size()) - 1;
    const int64_t first = JsonInt(record, "answer_start").value_or(-1);
    const int64_t last = JsonInt(record, "answer_end").value_or(-1);
    if (first >= 0 && first < tokens) answer.begin = begins[static_cast<size_t>(first)];
    if (last >= first && last < tokens) answer.end = begins[static_cast<size_t>(last) + 1];
    sample->answers.push_back(std::move(answer));
    sample->alternatives.assign(texts.begin() + 1, texts.end());
  }
};

}  // namespace

std::unique_ptr<LineFormat> MakeWebqaFormat() { return std::make_unique<WebqaFormat>(); }

}  // namespace tiqu::data
