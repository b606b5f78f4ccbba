// Tiqu's JSONL:
//
//   line     := {"id"?, "label"?, "question", "passage", ANSWERS}
//             | {"id"?, "passage", "questions": [{"id"?, "label"?, "question", ANSWERS}, ...]}
//   ANSWERS  := "answers": [answer, ...]  ("alternatives": [text, ...])?   | "answer": answer
//   answer   := text | {"text", "begin"?, "end"?} | {"begin", "end"}
//
// An empty list says that the passage does not answer the question. Blank lines are skipped.
#include <fmt/format.h>

#include "data/json_field.h"
#include "data/json_line_format.h"

namespace tiqu::data {
namespace {

bool ReadAnswer(const JsonElement& element, RawAnswer* answer) {
  std::string_view text;
  if (element.get(text) == simdjson::SUCCESS) {
    answer->text = std::string(text);
    return !text.empty();
  }
  JsonObject object;
  if (element.get(object) != simdjson::SUCCESS) return false;
  answer->text = JsonText(object, "text").value_or("");
  const auto begin = JsonOffset(object, "begin");
  const auto end = JsonOffset(object, "end");
  if (!begin || !end) return false;
  answer->begin = *begin;
  answer->end = *end;
  return !answer->text.empty() || (answer->begin >= 0 && answer->end > answer->begin);
}

// What is wrong with the answers, or nullptr.
const char* ReadAnswers(const JsonObject& object, bool needed, RawSample* sample) {
  if (const auto list = JsonList(object, "answers")) {
    for (const JsonElement element : *list) {
      RawAnswer answer;
      if (!ReadAnswer(element, &answer)) return "an answer is neither text nor {text, begin} with a whole number";
      sample->answers.push_back(std::move(answer));
    }
  } else if (JsonHas(object, "answer")) {
    RawAnswer answer;
    if (!ReadAnswer(object.at_key("answer").value_unsafe(), &answer)) return "\"answer\" is neither text nor object";
    sample->answers.push_back(std::move(answer));
  } else if (needed || JsonHas(object, "answers")) {
    return "no list \"answers\"";
  }
  if (const auto list = JsonList(object, "alternatives")) {
    for (const JsonElement element : *list) {
      std::string_view text;
      if (element.get(text) != simdjson::SUCCESS) return "an alternative is no text";
      sample->alternatives.emplace_back(text);
    }
  }
  return nullptr;
}

class JsonlFormat : public JsonLineFormat {
  void Record(const JsonObject& record, const std::string& where, SampleCollector* out) override {
    std::optional<std::string> passage = JsonText(record, "passage");
    if (!passage) {
      out->AddBadRecord(where, "no text \"passage\"");
      return;
    }
    if (!out->SetPassage(*std::move(passage), where)) return;
    ReadQuestions(record, where, out);
  }

  static void ReadQuestions(const JsonObject& record, const std::string& where, SampleCollector* out) {
    const std::string id = JsonId(record);
    const auto questions = JsonList(record, "questions");
    if (!questions) {
      ReadQuestion(record, id, out);
      return;
    }
    int64_t index = 0;
    for (const JsonElement element : *questions) {
      JsonObject question;
      const std::string fallback = fmt::format("{}{}{}", id, id.empty() ? "" : "#", index++);
      if (element.get(question) != simdjson::SUCCESS) {
        out->AddBadRecord(where, "a question is no object");
        continue;
      }
      const std::string own = JsonId(question);
      ReadQuestion(question, own.empty() ? fallback : own, out);
    }
  }

  static void ReadQuestion(const JsonObject& object, const std::string& id, SampleCollector* out) {
    RawSample sample{.id = id, .label = JsonText(object, "label").value_or("")};
    std::optional<std::string> question = JsonText(object, "question");
    if (!question) {
      out->AddDropped("no text \"question\"", sample);
      return;
    }
    sample.question = *std::move(question);
    if (const char* fault = ReadAnswers(object, out->options().need_answers, &sample)) {
      out->AddDropped(fault, sample);
      return;
    }
    out->Add(std::move(sample));
  }
};

}  // namespace

std::unique_ptr<LineFormat> MakeJsonlFormat() { return std::make_unique<JsonlFormat>(); }

}  // namespace tiqu::data
