// A tagged passage a line; every label of the map becomes a question on it, labels without a span unanswerable ones.
//
//   xxcq      {"id", "context", "entities": [{"label", "span": ["begin;end", ...]}, ...]}          end exclusive
//   CLUENER   {"text", "label": {kind: {text: [[begin, end], ...]}}}                               end INCLUSIVE
//   doccano   {"id", "text", "label" or "labels": [[begin, end, label], ...]}                      end exclusive
//   doccano   {"id", "text", "entities": [{"start_offset", "end_offset", "label"}, ...]}           end exclusive
#include <fmt/format.h>

#include <charconv>

#include "data/json_field.h"
#include "data/json_line_format.h"
#include "data/label_samples.h"

namespace tiqu::data {
namespace {

// "12;15"
bool ParseSpan(std::string_view text, RawAnswer* answer) {
  const char* end = text.data() + text.size();
  const auto [middle, first_error] = std::from_chars(text.data(), end, answer->begin);
  if (first_error != std::errc() || middle == end || *middle != ';') return false;
  const auto [last, second_error] = std::from_chars(middle + 1, end, answer->end);
  return second_error == std::errc() && last == end;
}

const char* ReadXxcqEntity(const JsonObject& entity, const std::string& label, LabelledSpans* spans) {
  const auto list = JsonList(entity, "span");
  if (!list) return "an entity has no list \"span\"";
  for (const JsonElement item : *list) {
    std::string_view text;
    RawAnswer answer;
    if (item.get(text) != simdjson::SUCCESS || !ParseSpan(text, &answer)) return "a span is not \"begin;end\"";
    spans->Add(label, std::move(answer));
  }
  return nullptr;
}

const char* ReadEntities(const JsonArray& entities, LabelledSpans* spans) {
  for (const JsonElement element : entities) {
    JsonObject entity;
    if (element.get(entity) != simdjson::SUCCESS) return "an entity is no object";
    const auto label = JsonText(entity, "label");
    if (!label) return "an entity has no text \"label\"";
    const auto begin = JsonInt(entity, "start_offset");
    const auto end = JsonInt(entity, "end_offset");
    if (begin && end) {
      spans->Add(*label, RawAnswer{.begin = *begin, .end = *end});
    } else if (const char* fault = ReadXxcqEntity(entity, *label, spans)) {
      return fault;
    }
  }
  return nullptr;
}

const char* ReadInclusivePairs(const JsonElement& value, std::string_view text, const std::string& label,
                               LabelledSpans* spans) {
  JsonArray pairs;
  if (value.get(pairs) != simdjson::SUCCESS) return "a label's text has no list of offsets";
  for (const JsonElement pair : pairs) {
    int64_t begin = -1;
    if (pair.at(0).get(begin) != simdjson::SUCCESS) return "an offset is no pair of numbers";
    spans->Add(label, RawAnswer{.text = std::string(text), .begin = begin});
  }
  return nullptr;
}

const char* ReadCluener(const JsonObject& labels, LabelledSpans* spans) {
  for (const auto& kind : labels) {
    JsonObject texts;
    if (kind.value.get(texts) != simdjson::SUCCESS) return "a label has no object of texts";
    for (const auto& entry : texts) {
      if (const char* fault = ReadInclusivePairs(entry.value, entry.key, std::string(kind.key), spans)) return fault;
    }
  }
  return nullptr;
}

const char* ReadTriples(const JsonArray& list, LabelledSpans* spans) {
  for (const JsonElement item : list) {
    RawAnswer answer;
    std::string_view label;
    if (item.at(0).get(answer.begin) != simdjson::SUCCESS || item.at(1).get(answer.end) != simdjson::SUCCESS ||
        item.at(2).get(label) != simdjson::SUCCESS) {
      return "a label is not [begin, end, label]";
    }
    spans->Add(std::string(label), std::move(answer));
  }
  return nullptr;
}

const char* ReadSpans(const JsonObject& record, LabelledSpans* spans) {
  if (const auto entities = JsonList(record, "entities")) return ReadEntities(*entities, spans);
  for (const char* key : {"label", "labels"}) {
    if (JsonObject labels; record.at_key(key).get(labels) == simdjson::SUCCESS) return ReadCluener(labels, spans);
    if (const auto list = JsonList(record, key)) return ReadTriples(*list, spans);
  }
  return "neither \"entities\" nor \"label\"";
}

class SpansFormat : public JsonLineFormat {
  void Record(const JsonObject& record, const std::string& where, SampleCollector* out) override {
    auto passage = JsonText(record, JsonHas(record, "context") ? "context" : "text");
    if (!passage) {
      out->AddBadRecord(where, "neither \"context\" nor \"text\"");
      return;
    }
    LabelledSpans spans;
    if (const char* fault = ReadSpans(record, &spans)) {
      out->AddBadRecord(where, fault);
      return;
    }
    if (!out->SetPassage(*std::move(passage), where)) return;
    std::string id = JsonId(record);
    AddLabelSamples(spans, id.empty() ? where : id, out);
  }
};

}  // namespace

std::unique_ptr<LineFormat> MakeSpansFormat() { return std::make_unique<SpansFormat>(); }

}  // namespace tiqu::data
