#include "data/sample_writer.h"

#include "data/json_text.h"

namespace tiqu::data {
namespace {

void AppendAnswer(const AnswerSpan& answer, std::string* out) {
  *out += "{\"text\":";
  AppendJsonString(answer.text, out);
  if (answer.begin_char >= 0) {
    *out += ",\"begin\":" + std::to_string(answer.begin_char) + ",\"end\":" + std::to_string(answer.end_char);
  }
  *out += '}';
}

void AppendField(const char* key, const std::string& value, std::string* out) {
  *out += '"';
  *out += key;
  *out += "\":";
  AppendJsonString(value, out);
  *out += ',';
}

}  // namespace

void AppendSample(const Sample& sample, std::string* out) {
  *out += '{';
  if (!sample.id.empty()) AppendField("id", sample.id, out);
  if (!sample.label.empty()) AppendField("label", sample.label, out);
  AppendField("question", sample.question, out);
  AppendField("passage", sample.passage, out);
  *out += "\"answers\":[";
  for (size_t i = 0; i < sample.answers.size(); ++i) {
    if (i > 0) *out += ',';
    AppendAnswer(sample.answers[i], out);
  }
  *out += ']';
  if (!sample.alternatives.empty()) {
    *out += ",\"alternatives\":[";
    for (size_t i = 0; i < sample.alternatives.size(); ++i) {
      if (i > 0) *out += ',';
      AppendJsonString(sample.alternatives[i], out);
    }
    *out += ']';
  }
  *out += "}\n";
}

std::string WriteEntities(const Sample& sample) {
  std::string line = "{";
  if (!sample.id.empty()) AppendField("id", sample.id, &line);
  AppendField("text", sample.passage, &line);
  line += "\"entities\":[";
  for (size_t i = 0; i < sample.answers.size(); ++i) {
    const AnswerSpan& answer = sample.answers[i];
    line += i > 0 ? ",{" : "{";
    AppendField("label", answer.label, &line);
    line += "\"start_offset\":" + std::to_string(answer.begin_char);
    line += ",\"end_offset\":" + std::to_string(answer.end_char) + "}";
  }
  return line + "]}\n";
}

std::string WriteSample(const Sample& sample) {
  std::string line;
  AppendSample(sample, &line);
  return line;
}

}  // namespace tiqu::data
