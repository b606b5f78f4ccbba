#include "answer/jsonl_request.h"

#include <simdjson.h>

#include <algorithm>
#include <iterator>

#include "data/json_field.h"
#include "data/json_text.h"
#include "fmt/format.h"

namespace tiqu::answer {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

absl::Status ReadString(const object& fields, const char* name, std::string* out) {
  element value;
  if (fields[name].get(value) != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(fmt::format("\"{}\" is missing", name));
  }
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(fmt::format("\"{}\" is not a string", name));
  }
  out->assign(text);
  return absl::OkStatus();
}

absl::Status ReadQuestions(const element& value, std::vector<std::string>* out) {
  simdjson::dom::array list;
  if (value.get(list) != simdjson::SUCCESS) return absl::InvalidArgumentError("\"questions\" is not a list");
  for (const element item : list) {
    std::string_view text;
    // Labelled data groups its samples as {"question", "answers", ...}.
    if (item.get(text) != simdjson::SUCCESS && item["question"].get(text) != simdjson::SUCCESS) {
      return absl::InvalidArgumentError(
          fmt::format("\"questions\" holds neither a string nor {{\"question\"}} at {}", out->size() + 1));
    }
    out->emplace_back(text);
  }
  return absl::OkStatus();
}

absl::Status ReadFields(const object& fields, LineRequest* request) {
  element questions;
  request->several = fields["questions"].get(questions) == simdjson::SUCCESS;
  if (absl::Status status = ReadString(fields, "passage", &request->passage); !status.ok()) return status;
  if (!request->several) {
    request->questions.emplace_back();
    return ReadString(fields, "question", &request->questions.back());
  }
  if (data::JsonHas(fields, "question")) {
    return absl::InvalidArgumentError("both \"question\" and \"questions\" are given");
  }
  return ReadQuestions(questions, &request->questions);
}

// At most six digits behind the point: more would be noise of the arithmetic.
void AppendProbability(float value, std::string* out) {
  const size_t begin = out->size();
  fmt::format_to(std::back_inserter(*out), "{:.6f}", std::clamp(value, 0.0F, 1.0F));
  while (out->back() == '0') out->pop_back();
  if (out->back() == '.') out->pop_back();
  if (out->size() == begin) out->push_back('0');
}

// Parses the line, reads the id, and the rest with `read`.
template <typename Read>
absl::Status ParseObject(std::string_view line, LineRequest* request, const Read& read) {
  // The parser keeps its memory from line to line; a very long line must not keep it for ever.
  constexpr size_t kKeep = size_t{1} << 20;
  thread_local simdjson::dom::parser kept;
  simdjson::dom::parser once;
  simdjson::dom::parser& parser = line.size() <= kKeep ? kept : once;
  element root;
  if (const auto error = parser.parse(line.data(), line.size()).get(root); error != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(data::JsonFault(line, error));
  }
  object fields;
  if (root.get(fields) != simdjson::SUCCESS) return absl::InvalidArgumentError("not a JSON object");
  element id;
  if (fields["id"].get(id) == simdjson::SUCCESS) request->id = simdjson::minify(id);
  return read(fields, request);
}

}  // namespace

absl::Status ParseLine(std::string_view line, LineRequest* request) { return ParseObject(line, request, ReadFields); }

absl::Status ParseTextLine(std::string_view line, LineRequest* request) {
  return ParseObject(line, request, [](const object& fields, LineRequest* read) {
    if (data::JsonHas(fields, "text") && data::JsonHas(fields, "passage")) {
      return absl::InvalidArgumentError("both \"text\" and \"passage\" are given");
    }
    return ReadString(fields, data::JsonHas(fields, "passage") ? "passage" : "text", &read->passage);
  });
}

void AppendEntities(const std::vector<Entity>& entities, std::string* out) {
  out->push_back('[');
  for (size_t i = 0; i < entities.size(); ++i) {
    const Entity& entity = entities[i];
    out->append(i == 0 ? "{\"type\":" : ",{\"type\":");
    data::AppendJsonString(entity.type, out);
    out->append(",\"text\":");
    data::AppendJsonString(entity.text, out);
    fmt::format_to(std::back_inserter(*out), ",\"begin\":{},\"end\":{},\"score\":", entity.begin, entity.end);
    AppendProbability(entity.score, out);
    out->push_back('}');
  }
  out->push_back(']');
}

void AppendEntityLine(const LineRequest& request, const std::vector<Entity>& entities, std::string* out) {
  out->append("{\"id\":").append(request.id).append(",\"entities\":");
  AppendEntities(entities, out);
  out->append("}\n");
}

void AppendReply(const Reply& reply, std::string* out) {
  out->append("{\"answers\":[");
  for (size_t i = 0; i < reply.answers.size(); ++i) {
    const Answer& answer = reply.answers[i];
    out->append(i == 0 ? "{\"text\":" : ",{\"text\":");
    data::AppendJsonString(answer.text, out);
    fmt::format_to(std::back_inserter(*out), ",\"begin\":{},\"end\":{},\"score\":", answer.begin, answer.end);
    AppendProbability(answer.score, out);
    out->push_back('}');
  }
  out->append("],\"no_answer\":");
  AppendProbability(reply.no_answer, out);
  out->push_back('}');
}

void AppendResultLine(const LineRequest& request, const std::vector<Reply>& replies, std::string* out) {
  out->append("{\"id\":").append(request.id).push_back(',');
  if (!request.several) {
    // The reply's own fields follow the id.
    const size_t brace = out->size();
    AppendReply(replies.front(), out);
    out->erase(brace, 1);
    out->push_back('\n');
    return;
  }
  out->append("\"results\":[");
  for (size_t i = 0; i < replies.size(); ++i) {
    if (i > 0) out->push_back(',');
    AppendReply(replies[i], out);
  }
  out->append("]}\n");
}

void AppendErrorLine(const std::string& id, int64_t line_number, std::string_view message, std::string* out) {
  fmt::format_to(std::back_inserter(*out), "{{\"id\":{},\"error\":{{\"line\":{},\"message\":", id, line_number);
  data::AppendJsonString(message, out);
  out->append("}}\n");
}

}  // namespace tiqu::answer
