// Label Studio's JSON export:
//
//   [{"id", "data": {"text": ...}, "annotations": [{"was_cancelled"?, "result": [
//       {"type": "labels", "value": {"start", "end", "text", "labels": [label, ...]}}, ...]}, ...]}, ...]
//
// The passage is data.text, or the only text of data. The first annotation that was not cancelled counts; further ones
// are noted. Results that are no labels of a text are passed over.
#include <fmt/format.h>

#include "data/document_format.h"
#include "data/json_field.h"
#include "data/label_samples.h"

namespace tiqu::data {
namespace {

std::optional<std::string> TaskText(const JsonObject& task) {
  JsonObject data;
  if (task.at_key("data").get(data) != simdjson::SUCCESS) return std::nullopt;
  if (auto text = JsonText(data, "text")) return text;
  std::optional<std::string> only;
  for (const auto& field : data) {
    std::string_view text;
    if (field.value.get(text) != simdjson::SUCCESS) continue;
    if (only) return std::nullopt;
    only = std::string(text);
  }
  return only;
}

void ReadResult(const JsonElement& element, LabelledSpans* spans) {
  JsonObject result;
  JsonObject value;
  if (element.get(result) != simdjson::SUCCESS || result.at_key("value").get(value) != simdjson::SUCCESS) return;
  const auto labels = JsonList(value, "labels");
  const auto begin = JsonInt(value, "start");
  const auto end = JsonInt(value, "end");
  if (!labels || !begin || !end) return;
  for (const JsonElement item : *labels) {
    std::string_view label;
    if (item.get(label) != simdjson::SUCCESS) continue;
    spans->Add(std::string(label),
               RawAnswer{.text = JsonText(value, "text").value_or(""), .begin = *begin, .end = *end});
  }
}

// False: no annotation, the task is not labelled yet.
bool ReadAnnotation(const JsonObject& task, LabelledSpans* spans, int* used) {
  const auto annotations = JsonList(task, "annotations");
  if (!annotations) return false;
  for (const JsonElement element : *annotations) {
    JsonObject annotation;
    if (element.get(annotation) != simdjson::SUCCESS) continue;
    bool cancelled = false;
    if (annotation.at_key("was_cancelled").get(cancelled) == simdjson::SUCCESS && cancelled) continue;
    const auto results = JsonList(annotation, "result");
    if (!results || ++*used > 1) continue;
    for (const JsonElement result : *results) ReadResult(result, spans);
  }
  return *used > 0;
}

}  // namespace

void ReadLabelStudioDocument(std::string_view json, SampleCollector* out) {
  simdjson::dom::parser parser;
  JsonArray tasks;
  const simdjson::error_code error = parser.parse(json.data(), json.size()).get(tasks);
  if (error != simdjson::SUCCESS) {
    out->AddBadRecord("document", "no JSON list of tasks", JsonFault(json, error));
    return;
  }
  int64_t number = 0;
  for (const JsonElement element : tasks) {
    if (!out->status().ok()) return;
    out->AddRecord();
    const std::string where = fmt::format("task {}", ++number);
    JsonObject task;
    std::optional<std::string> text;
    if (element.get(task) == simdjson::SUCCESS) text = TaskText(task);
    LabelledSpans spans;
    int used = 0;
    if (!text) {
      out->AddBadRecord(where, "no text in \"data\"");
    } else if (!ReadAnnotation(task, &spans, &used)) {
      out->AddBadRecord(where, "not annotated");
    } else if (out->SetPassage(*std::move(text), where)) {
      if (used > 1) out->Note("several annotations of a task: the first taken", where);
      const std::string id = JsonId(task);
      AddLabelSamples(spans, id.empty() ? where : id, out);
    }
  }
}

}  // namespace tiqu::data
