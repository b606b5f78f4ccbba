#include "model/model_config.h"

#include "base/nesting.h"
#include "base/status.h"
#include "fmt/format.h"
#include "model/json_fields.h"

namespace tiqu::model {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;  // fixed: stands in every tiqu.json

// A section that is not there reads like an empty object, so that the error names its first field.
const json& Section(const JsonFields& fields, std::string_view name) {
  static const json* const kEmpty = new json(json::object());
  const json* section = fields.Find(name);
  return section == nullptr ? *kEmpty : *section;
}

json TextToJson(const TextSettings& text) {
  return {{"fold_compatibility", text.fold_compatibility},
          {"lower_case", text.lower_case},
          {"to_simplified", text.to_simplified},
          {"user_words", text.user_words},
          {"max_question_chars", text.max_question_chars},
          {"window_chars", text.window_chars},
          {"window_overlap_chars", text.window_overlap_chars}};
}

absl::StatusOr<TextSettings> TextFromJson(const json& section) {
  TextSettings text;
  JsonFields fields(section, "text");
  fields.Read("fold_compatibility", &text.fold_compatibility);
  fields.Read("lower_case", &text.lower_case);
  fields.Read("to_simplified", &text.to_simplified);
  fields.Read("user_words", &text.user_words);
  fields.Read("max_question_chars", &text.max_question_chars);
  fields.Read("window_chars", &text.window_chars);
  fields.Read("window_overlap_chars", &text.window_overlap_chars);
  TIQU_RETURN_IF_ERROR(fields.status());
  constexpr int kLongest = 1 << 20;
  if (text.max_question_chars < 1 || text.max_question_chars > kLongest) {
    return absl::InvalidArgumentError(
        fmt::format("text.max_question_chars is {}, limits 1 to {}", text.max_question_chars, kLongest));
  }
  if (text.window_chars < 1 || text.window_chars > kLongest) {
    return absl::InvalidArgumentError(
        fmt::format("text.window_chars is {}, limits 1 to {}", text.window_chars, kLongest));
  }
  if (text.window_overlap_chars < 0 || text.window_overlap_chars >= text.window_chars) {
    return absl::InvalidArgumentError(
        fmt::format("text.window_overlap_chars is {}, limits 0 to {} (one less than text.window_chars)",
                    text.window_overlap_chars, text.window_chars - 1));
  }
  return text;
}

json DecodingToJson(const DecodingSettings& decoding) {
  return {{"threshold", decoding.threshold},
          {"no_answer_threshold", decoding.no_answer_threshold},
          {"temperature", decoding.temperature},
          {"max_answer_chars", decoding.max_answer_chars},
          {"single", decoding.single}};
}

absl::Status CheckDecoding(const DecodingSettings& decoding) {
  const auto check_probability = [](std::string_view name, float value) {
    if (value >= 0.0F && value <= 1.0F) return absl::OkStatus();
    return absl::InvalidArgumentError(fmt::format("decoding.{} is {}, limits 0 to 1", name, value));
  };
  TIQU_RETURN_IF_ERROR(check_probability("threshold", decoding.threshold));
  TIQU_RETURN_IF_ERROR(check_probability("no_answer_threshold", decoding.no_answer_threshold));
  if (decoding.temperature < 1e-3F || decoding.temperature > 1e3F) {
    return absl::InvalidArgumentError(
        fmt::format("decoding.temperature is {}, limits 0.001 to 1000", decoding.temperature));
  }
  if (decoding.max_answer_chars < 1) {
    return absl::InvalidArgumentError(
        fmt::format("decoding.max_answer_chars is {}, at least 1", decoding.max_answer_chars));
  }
  return absl::OkStatus();
}

absl::StatusOr<DecodingSettings> DecodingFromJson(const json& section) {
  DecodingSettings decoding;
  JsonFields fields(section, "decoding");
  fields.Read("threshold", &decoding.threshold);
  fields.Read("no_answer_threshold", &decoding.no_answer_threshold);
  fields.Read("temperature", &decoding.temperature);
  fields.Read("max_answer_chars", &decoding.max_answer_chars);
  fields.Read("single", &decoding.single);
  TIQU_RETURN_IF_ERROR(fields.status());
  TIQU_RETURN_IF_ERROR(CheckDecoding(decoding));
  return decoding;
}

json CrfToJson(const CrfParameters& crf) {
  return {{"transitions", crf.transitions}, {"begin", crf.begin}, {"end", crf.end}};
}

absl::StatusOr<CrfParameters> CrfFromJson(const json& section) {
  CrfParameters crf;
  JsonFields fields(section, "crf");
  fields.ReadFloats("begin", crf.begin.data(), kTagCount);
  fields.ReadFloats("end", crf.end.data(), kTagCount);
  TIQU_RETURN_IF_ERROR(fields.status());
  const json* rows = fields.Find("transitions");
  if (rows == nullptr || !rows->is_array() || rows->size() != kTagCount) {
    return absl::InvalidArgumentError(fmt::format("crf.transitions is not a list of {} lists", kTagCount));
  }
  for (int from = 0; from < kTagCount; ++from) {
    const json wrapped = {{"row", (*rows)[static_cast<size_t>(from)]}};
    JsonFields row(wrapped, fmt::format("crf.transitions[{}]", from));
    row.ReadFloats("row", crf.transitions[static_cast<size_t>(from)].data(), kTagCount);
    TIQU_RETURN_IF_ERROR(row.status());
  }
  return crf;
}

}  // namespace

json ModelConfig::ToJson() const {
  json out = {{"format", kFormat},        {"spec", spec.ToJson()},
              {"text", TextToJson(text)}, {"decoding", DecodingToJson(decoding)},
              {"provenance", provenance}, {"scores", scores}};
  if (!spec.is_tagger()) out["crf"] = CrfToJson(crf);
  return out;
}

absl::StatusOr<ModelConfig> ModelConfig::FromJson(const nlohmann::json& json) {
  JsonFields fields(json, "tiqu.json");
  int format = 0;
  fields.Read("format", &format);
  TIQU_RETURN_IF_ERROR(fields.status());
  if (format != kFormat) {
    return absl::InvalidArgumentError(fmt::format("tiqu.json.format is {}, this program reads {}", format, kFormat));
  }
  ModelConfig config;
  TIQU_ASSIGN_OR_RETURN(config.spec, ModelSpec::FromJson(Section(fields, "spec")));
  TIQU_ASSIGN_OR_RETURN(config.text, TextFromJson(Section(fields, "text")));
  TIQU_ASSIGN_OR_RETURN(config.decoding, DecodingFromJson(Section(fields, "decoding")));
  if (!config.spec.is_tagger()) {
    TIQU_ASSIGN_OR_RETURN(config.crf, CrfFromJson(Section(fields, "crf")));
  }
  if (const auto* provenance = fields.Find("provenance")) config.provenance = *provenance;
  if (const auto* scores = fields.Find("scores")) config.scores = *scores;
  return config;
}

absl::StatusOr<ModelConfig> ModelConfig::Parse(std::string_view json_text) {
  // What follows copies, shows and frees values recursively.
  if (NestsDeeperThan(json_text, kDeepestNesting)) {
    return absl::DataLossError(fmt::format("tiqu.json is nested deeper than the limit of {}", kDeepestNesting));
  }
  const json parsed = json::parse(json_text, nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded()) return absl::DataLossError("tiqu.json is not JSON");
  return FromJson(parsed);
}

}  // namespace tiqu::model
