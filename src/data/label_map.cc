#include "data/label_map.h"

#include <fmt/format.h>
#include <simdjson.h>

#include "base/file.h"
#include "base/random.h"
#include "base/status.h"
#include "data/hash.h"

namespace tiqu::data {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

absl::Status AddWording(const element& value, LabelQuestions* questions) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS || text.empty()) {
    return absl::InvalidArgumentError(
        fmt::format("label map: label \"{}\" has a wording that is no text or empty", questions->label));
  }
  questions->wordings.emplace_back(text);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LabelMap> LabelMap::Load(const std::string& path) {
  TIQU_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  absl::StatusOr<LabelMap> map = Parse(bytes);
  if (!map.ok()) return Annotate(map.status(), path);
  return map;
}

absl::StatusOr<LabelMap> LabelMap::Parse(std::string_view json) {
  simdjson::dom::parser parser;
  object root;
  const simdjson::error_code error = parser.parse(json.data(), json.size()).get(root);
  if (error != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(fmt::format("label map: no JSON object ({})", simdjson::error_message(error)));
  }
  LabelMap map;
  for (const auto& field : root) {
    LabelQuestions questions;
    questions.label = std::string(field.key);
    if (map.Find(questions.label) != nullptr) {
      return absl::InvalidArgumentError(fmt::format("label map: label \"{}\" stands twice", questions.label));
    }
    if (array list; field.value.get(list) == simdjson::SUCCESS) {
      for (const element item : list) TIQU_RETURN_IF_ERROR(AddWording(item, &questions));
    } else {
      TIQU_RETURN_IF_ERROR(AddWording(field.value, &questions));
    }
    if (questions.wordings.empty()) {
      return absl::InvalidArgumentError(fmt::format("label map: label \"{}\" has no wording", questions.label));
    }
    map.labels_.push_back(std::move(questions));
  }
  if (map.labels_.empty()) return absl::InvalidArgumentError("label map: it has no labels");
  return map;
}

const LabelQuestions* LabelMap::Find(std::string_view label) const {
  for (const LabelQuestions& questions : labels_) {
    if (questions.label == label) return &questions;
  }
  return nullptr;
}

std::vector<std::string> ChooseWordings(const LabelQuestions& questions, Wordings how, uint64_t seed,
                                        std::string_view key) {
  switch (how) {
    case Wordings::kAll:
      return questions.wordings;
    case Wordings::kRandom: {
      Random random(seed, Fingerprint(key, Fingerprint(questions.label)));
      return {random.Pick(questions.wordings)};
    }
    case Wordings::kFirst:
      break;
  }
  return {questions.wordings.front()};
}

}  // namespace tiqu::data
