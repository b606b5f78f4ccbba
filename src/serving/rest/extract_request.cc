#include "serving/rest/extract_request.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/utf8.h"
#include "serving/json/json_text.h"
#include "serving/json/number_text.h"

namespace tiqu::serving {
namespace {

constexpr char kValidText[] =
    R"(. A valid request is {"text": "text"}, or {"documents": [{"id": 1, "text": "text"}, ...]}; "id" and "threshold" )"
    R"(may be left out)";

constexpr char kValid[] =
    R"(. A valid request is {"passage": "text", "questions": ["text", ...]}, or with "question": "text", or )"
    R"({"documents": [{"id": 1, "passage": "text", "questions": ["text"]}, ...]}; "id" and "threshold" may be left out)";

absl::Status BadForm(const std::string& what) { return absl::InvalidArgumentError(absl::StrCat(what, kValid)); }

absl::StatusOr<std::string_view> ReadText(const JsonValue& object, const char* name) {
  const JsonValue* value = FindMember(object, name);
  if (value == nullptr) return BadForm(absl::StrCat("\"", name, "\" is missing"));
  if (value->IsString()) return StringOf(*value);
  return BadForm(absl::StrCat("\"", name, "\" must be a string, and is ", DescribeJson(*value)));
}

absl::StatusOr<std::string> ReadId(const JsonValue& object) {
  const JsonValue* id = FindMember(object, "id");
  std::string text;
  if (id == nullptr) return text;
  if (id->IsString()) {
    AppendJsonString(StringOf(*id), &text);
  } else if (id->IsInt64()) {
    AppendInteger(id->GetInt64(), &text);
  } else if (id->IsUint64()) {
    AppendInteger(id->GetUint64(), &text);
  } else if (id->IsDouble() && std::isfinite(id->GetDouble())) {
    AppendDouble(id->GetDouble(), &text);
  } else {
    return BadForm(absl::StrCat("\"id\" must be a string or a number, and is ", DescribeJson(*id)));
  }
  return text;
}

absl::Status ReadQuestions(const JsonValue& object, std::vector<std::string_view>* questions) {
  const JsonValue* list = FindMember(object, "questions");
  if (list == nullptr) {
    if (FindMember(object, "question") == nullptr) return BadForm("\"questions\" is missing");
    TIQU_ASSIGN_OR_RETURN(questions->emplace_back(), ReadText(object, "question"));
    return absl::OkStatus();
  }
  if (FindMember(object, "question") != nullptr) return BadForm("both \"question\" and \"questions\" are given");
  if (!list->IsArray()) return BadForm(absl::StrCat("\"questions\" must be a list, and is ", DescribeJson(*list)));
  if (list->Empty()) return BadForm("\"questions\" is empty");
  for (const JsonValue& item : list->GetArray()) {
    if (!item.IsString()) {
      return BadForm(
          absl::StrCat("\"questions\" must hold strings, and item ", questions->size(), " is ", DescribeJson(item)));
    }
    questions->push_back(StringOf(item));
  }
  return absl::OkStatus();
}

absl::StatusOr<ExtractDocument> ReadDocument(const JsonValue& object, ExtractForm form) {
  ExtractDocument document;
  TIQU_ASSIGN_OR_RETURN(document.id, ReadId(object));
  if (form == ExtractForm::kText) {
    const bool named_text = FindMember(object, "text") != nullptr;
    if (!named_text && FindMember(object, "passage") == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("\"text\" is missing", kValidText));
    }
    TIQU_ASSIGN_OR_RETURN(document.passage, ReadText(object, named_text ? "text" : "passage"));
    return document;
  }
  TIQU_ASSIGN_OR_RETURN(document.passage, ReadText(object, "passage"));
  TIQU_RETURN_IF_ERROR(ReadQuestions(object, &document.questions));
  return document;
}

absl::Status ReadDocuments(const JsonValue& list, ExtractForm form, const ExtractLimits& limits,
                           ExtractRequest* request) {
  if (!list.IsArray()) return BadForm(absl::StrCat("\"documents\" must be a list, and is ", DescribeJson(list)));
  if (list.Empty()) return BadForm("\"documents\" is empty");
  if (list.Size() > limits.documents) {
    return absl::InvalidArgumentError(
        absl::StrCat(list.Size(), " documents in one request, the limit is ", limits.documents));
  }
  for (const JsonValue& item : list.GetArray()) {
    const size_t number = request->documents.size();
    if (!item.IsObject()) {
      return BadForm(absl::StrCat("\"documents\" must hold objects, and item ", number, " is ", DescribeJson(item)));
    }
    auto document = ReadDocument(item, form);
    if (!document.ok()) return Annotate(document.status(), absl::StrCat("document ", number));
    request->documents.push_back(*std::move(document));
  }
  return absl::OkStatus();
}

absl::Status ReadThreshold(const JsonValue& root, ExtractRequest* request) {
  const JsonValue* threshold = FindMember(root, "threshold");
  if (threshold == nullptr) return absl::OkStatus();
  if (!threshold->IsNumber() || !(threshold->GetDouble() >= 0 && threshold->GetDouble() <= 1)) {
    return BadForm(absl::StrCat("\"threshold\" must be a number from 0 to 1, and is ", DescribeJson(*threshold)));
  }
  request->threshold = static_cast<float>(threshold->GetDouble());
  return absl::OkStatus();
}

absl::Status CheckText(std::string_view text, const std::string& name, int64_t most_chars) {
  if (text.empty()) return absl::InvalidArgumentError(absl::StrCat(name, " is empty"));
  const auto chars = DecodeUtf8(text);
  if (!chars.ok()) return Annotate(chars.status(), name);
  if (static_cast<int64_t>(chars->size()) > most_chars) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " has ", chars->size(), " characters, the limit is ", most_chars));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ExtractRequest> ReadExtractRequest(const JsonDocument& body, ExtractForm form,
                                                  const ExtractLimits& limits) {
  ExtractRequest request;
  TIQU_RETURN_IF_ERROR(ReadThreshold(body.root(), &request));
  if (const JsonValue* list = FindMember(body.root(), "documents"); list != nullptr) {
    request.several = true;
    TIQU_RETURN_IF_ERROR(ReadDocuments(*list, form, limits, &request));
  } else {
    TIQU_ASSIGN_OR_RETURN(request.documents.emplace_back(), ReadDocument(body.root(), form));
  }
  size_t questions = 0;
  for (const ExtractDocument& document : request.documents) questions += document.questions.size();
  if (static_cast<int64_t>(questions) > limits.questions) {
    return absl::InvalidArgumentError(
        absl::StrCat(questions, " questions in one request, the limit is ", limits.questions));
  }
  return request;
}

absl::Status CheckTexts(const ExtractDocument& document, const ExtractLimits& limits) {
  TIQU_RETURN_IF_ERROR(CheckText(document.passage, "the passage", limits.passage_chars));
  for (size_t i = 0; i < document.questions.size(); ++i) {
    const std::string name = document.questions.size() == 1 ? "the question" : absl::StrCat("question ", i);
    TIQU_RETURN_IF_ERROR(CheckText(document.questions[i], name, limits.question_chars));
  }
  return absl::OkStatus();
}

}  // namespace tiqu::serving
