// The SQuAD family:
//
//   {"data": [{"paragraphs": [{"context", "qas": [{"id", "question", "is_impossible"?, "answers": [ANSWER, ...]}]}]}]}
//   ANSWER := {"text", "answer_start"}
//
// Dialects, told apart by what is in the file:
//   SQuAD, CMRC, DRCD   answer_start counts from 0; further answers are other wordings of the first (alternatives)
//   houjin              answer_start counts from 1: whichever base holds more of the file's texts is the file's
//   DuReader-robust     answer_start is -1: the place is looked for
//   v2.0, CJRC          is_impossible (true or "true"): unanswerable; CJRC's answers YES and NO are no spans
//   houjin              a few answers are numbers: their digits are taken as text, others that are no text dropped
#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.h"
#include "data/document_format.h"
#include "data/json_field.h"

namespace tiqu::data {
namespace {

bool IsYesNo(const std::string& text) { return text == "YES" || text == "NO"; }

bool IsImpossible(const JsonObject& qa) {
  bool flag = false;
  if (qa.at_key("is_impossible").get(flag) == simdjson::SUCCESS) return flag;
  return JsonText(qa, "is_impossible") == "true";
}

// What is wrong with the answer, or nullptr.
const char* ReadSquadAnswer(const JsonElement& element, RawAnswer* answer) {
  JsonObject object;
  if (element.get(object) != simdjson::SUCCESS) return "answer is no object";
  const auto begin = JsonOffset(object, "answer_start");
  if (!begin) return "answer_start is no whole number";
  answer->begin = std::max<int64_t>(-1, *begin);
  if (auto text = JsonText(object, "text")) {
    answer->text = *std::move(text);
    return nullptr;
  }
  const auto number = JsonInt(object, "text");
  if (!number) return "answer is no text";
  answer->text = std::to_string(*number);
  answer->repair = "answer written as a number: its digits taken as text";
  return nullptr;
}

// Votes for a base by every answer that tells them apart.
class BaseVote {
 public:
  void Add(const Passage& passage, const RawAnswer& answer) {
    const auto text = DecodeUtf8(answer.text);
    if (!text.ok() || text->empty() || answer.begin < 0) return;
    const bool zero = passage.HasAt(*text, answer.begin);
    const bool one = passage.HasAt(*text, answer.begin - 1);
    if (zero != one) ++(zero ? zero_ : one_);
  }
  int64_t base() const { return one_ > zero_ ? 1 : 0; }

 private:
  int64_t zero_ = 0;
  int64_t one_ = 0;
};

// Calls visit(paragraph, where) for each paragraph object of the document, and fault(where, what) for what is none.
template <typename Visit, typename Fault>
void ForEachParagraph(const JsonArray& data, const Visit& visit, const Fault& fault) {
  int64_t articles = 0;
  int64_t number = 0;
  for (const JsonElement article_element : data) {
    JsonObject article;
    ++articles;
    const bool is_object = article_element.get(article) == simdjson::SUCCESS;
    const auto paragraphs = is_object ? JsonList(article, "paragraphs") : std::nullopt;
    if (!paragraphs) {
      fault(fmt::format("article {}", articles), "no list \"paragraphs\"");
      continue;
    }
    for (const JsonElement element : *paragraphs) {
      JsonObject paragraph;
      const std::string where = fmt::format("paragraph {}", ++number);
      if (element.get(paragraph) == simdjson::SUCCESS) {
        visit(paragraph, where);
      } else {
        fault(where, "paragraph is no object");
      }
    }
  }
}

// Likewise for the questions of a paragraph: visit(qa), fault(what).
template <typename Visit, typename Fault>
void ForEachQuestion(const JsonObject& paragraph, const Visit& visit, const Fault& fault) {
  const auto questions = JsonList(paragraph, "qas");
  if (!questions) {
    fault("no list \"qas\"");
    return;
  }
  for (const JsonElement element : *questions) {
    JsonObject qa;
    if (element.get(qa) == simdjson::SUCCESS) {
      visit(qa);
    } else {
      fault("a question is no object");
    }
  }
}

int64_t FindBase(const JsonArray& data) {
  BaseVote vote;
  const auto count = [&](const JsonObject& paragraph, const std::string&) {
    const auto passage = Passage::Create(JsonText(paragraph, "context").value_or(""));
    if (!passage.ok()) return;
    const auto ask = [&](const JsonObject& qa) {
      const auto answers = JsonList(qa, "answers");
      if (!answers) return;
      for (const JsonElement element : *answers) {
        RawAnswer answer;
        if (ReadSquadAnswer(element, &answer) == nullptr) vote.Add(*passage, answer);
      }
    };
    ForEachQuestion(paragraph, ask, [](const char*) {});
  };
  ForEachParagraph(data, count, [](const std::string&, const char*) {});  // faults are reported by the reading proper
  return vote.base();
}

// The first answer is the sample's; the texts of the others, where they differ, are its alternatives.
void TakeAlternatives(RawSample* sample) {
  for (size_t i = 1; i < sample->answers.size(); ++i) {
    const std::string& text = sample->answers[i].text;
    if (text.empty() || IsYesNo(text) || text == sample->answers.front().text) continue;
    if (std::find(sample->alternatives.begin(), sample->alternatives.end(), text) == sample->alternatives.end()) {
      sample->alternatives.push_back(text);
    }
  }
  sample->answers.resize(1);
}

// Puts an answer that stands in the passage first, if there is one: a reference by hand may be worded freely.
void PutPlaceableFirst(const Passage& passage, std::vector<RawAnswer>* answers) {
  const auto stands = [&](const RawAnswer& answer) {
    const auto text = DecodeUtf8(answer.text);
    return text.ok() && passage.CountOf(*text, 1) > 0;
  };
  const auto found = std::find_if(answers->begin(), answers->end(), stands);
  if (found == answers->end() || found == answers->begin()) return;
  found->repair = "first reference is no span of the passage: the next one that is taken";
  std::rotate(answers->begin(), found, found + 1);
}

class SquadReader {
 public:
  SquadReader(int64_t base, SampleCollector* out) : base_(base), out_(out) {}

  void Question(const JsonObject& qa) {
    RawSample sample{.id = JsonId(qa), .question = JsonText(qa, "question").value_or("")};
    if (IsImpossible(qa)) {
      out_->Add(std::move(sample));
      return;
    }
    if (const char* fault = Answers(qa, &sample)) {
      out_->AddDropped(fault, sample);
      return;
    }
    out_->Add(std::move(sample));
  }

 private:
  const char* Answers(const JsonObject& qa, RawSample* sample) {
    const auto answers = JsonList(qa, "answers");
    if (!answers) return "no list \"answers\"";
    for (const JsonElement element : *answers) {
      RawAnswer answer;
      if (const char* fault = ReadSquadAnswer(element, &answer)) return fault;
      // A one too far from base 1 would read as "not known".
      if (answer.begin >= 0) answer.begin = std::max<int64_t>(0, answer.begin - base_);
      sample->answers.push_back(std::move(answer));
    }
    if (sample->answers.empty()) return JsonHas(qa, "is_impossible") ? "no answer, and not marked impossible" : nullptr;
    if (sample->answers.front().text.empty()) return "answer text is empty";
    if (IsYesNo(sample->answers.front().text) && sample->answers.front().begin < 0) {
      return "yes/no answer, no span of the passage";
    }
    if (out_->options().answers_are_a_set) return nullptr;
    PutPlaceableFirst(out_->passage(), &sample->answers);
    TakeAlternatives(sample);
    return nullptr;
  }

  int64_t base_;
  SampleCollector* out_;
};

}  // namespace

void ReadSquadDocument(std::string_view json, SampleCollector* out) {
  simdjson::dom::parser parser;
  JsonObject root;
  const simdjson::error_code error = parser.parse(json.data(), json.size()).get(root);
  if (error != simdjson::SUCCESS) {
    out->AddBadRecord("document", "no JSON object", JsonFault(json, error));
    return;
  }
  const auto data = JsonList(root, "data");
  if (!data) {
    out->AddBadRecord("document", "no list \"data\"");
    return;
  }
  const int64_t base = FindBase(*data);
  if (base == 1) out->Note("offsets of the file count from 1", "");
  SquadReader reader(base, out);
  const auto read = [&](const JsonObject& paragraph, const std::string& where) {
    if (!out->status().ok()) return;
    out->AddRecord();
    if (!out->SetPassage(JsonText(paragraph, "context").value_or(""), where)) return;
    ForEachQuestion(
        paragraph, [&](const JsonObject& qa) { reader.Question(qa); },
        [&](const char* what) { out->AddBadRecord(where, what); });
  };
  ForEachParagraph(*data, read, [&](const std::string& where, const char* what) { out->AddBadRecord(where, what); });
}

}  // namespace tiqu::data
