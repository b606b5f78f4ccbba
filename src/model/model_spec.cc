#include "model/model_spec.h"

#include <string_view>

#include "base/status.h"
#include "fmt/format.h"
#include "model/json_fields.h"
#include "model/tag_set.h"
#include "nlohmann/json.hpp"

namespace tiqu::model {
namespace {

// Wide enough for any use, narrow enough that no product of two sizes overflows.
constexpr int kMaxVocabulary = 1 << 24;
constexpr int kMaxWidth = 1 << 14;
constexpr int kMaxPosition = 1 << 24;
constexpr int kMaxRate = 1 << 14;
constexpr size_t kMaxLayers = 64;

absl::Status CheckRange(std::string_view field, int value, int low, int high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("{} is {}, limits {} to {}", field, value, low, high));
}

absl::Status CheckRates(std::string_view field, const std::vector<int>& rates) {
  if (rates.empty() || rates.size() > kMaxLayers) {
    return absl::InvalidArgumentError(fmt::format("{} has {} layers, limits 1 to {}", field, rates.size(), kMaxLayers));
  }
  for (size_t i = 0; i < rates.size(); ++i) {
    TIQU_RETURN_IF_ERROR(CheckRange(fmt::format("{}[{}]", field, i), rates[i], 1, kMaxRate));
  }
  return absl::OkStatus();
}

absl::Status CheckTagger(const ModelSpec& spec) {
  TIQU_RETURN_IF_ERROR(TagSet::Parse(spec.tags).status());
  TIQU_RETURN_IF_ERROR(CheckRange("spec.known_chars", spec.known_chars, 2, spec.char_vocab_size));
  TIQU_RETURN_IF_ERROR(CheckRange("spec.word_slots", spec.word_slots, 1, kMaxVocabulary));
  TIQU_RETURN_IF_ERROR(CheckRange("spec.bigram_slots", spec.bigram_slots, 1, kMaxVocabulary));
  TIQU_RETURN_IF_ERROR(CheckRange("spec.bigram_vocab_size", spec.bigram_vocab_size, 1, kMaxVocabulary));
  return CheckRange("spec.bigram_dim", spec.bigram_dim, 1, kMaxWidth);
}

nlohmann::json TaggerToJson(const ModelSpec& spec) {
  return {{"kind", spec.kind},
          {"char_vocab_size", spec.char_vocab_size},
          {"word_vocab_size", spec.word_vocab_size},
          {"word_dim", spec.word_dim},
          {"hidden", spec.hidden},
          {"encoder_rates", spec.encoder_rates},
          {"tags", spec.tags},
          {"known_chars", spec.known_chars},
          {"word_slots", spec.word_slots},
          {"bigram_slots", spec.bigram_slots},
          {"bigram_vocab_size", spec.bigram_vocab_size},
          {"bigram_dim", spec.bigram_dim}};
}

void ReadReaderFields(JsonFields* fields, ModelSpec* spec) {
  fields->Read("max_position", &spec->max_position);
  fields->Read("model_rates", &spec->model_rates);
  fields->Read("match_features", &spec->match_features);
  fields->Read("word_vectors", &spec->word_vectors);
  fields->Read("crf", &spec->crf);
}

void ReadTaggerFields(JsonFields* fields, ModelSpec* spec) {
  fields->Read("tags", &spec->tags);
  fields->Read("known_chars", &spec->known_chars);
  fields->Read("word_slots", &spec->word_slots);
  fields->Read("bigram_slots", &spec->bigram_slots);
  fields->Read("bigram_vocab_size", &spec->bigram_vocab_size);
  fields->Read("bigram_dim", &spec->bigram_dim);
}

}  // namespace

absl::Status ModelSpec::Validate() const {
  if (kind != kReaderKind && kind != kTaggerKind) {
    return absl::InvalidArgumentError(
        fmt::format("spec.kind is \"{}\", expected \"{}\" or \"{}\"", kind, kReaderKind, kTaggerKind));
  }
  // Two entries at least: padding and unknown.
  TIQU_RETURN_IF_ERROR(CheckRange("spec.char_vocab_size", char_vocab_size, 2, kMaxVocabulary));
  TIQU_RETURN_IF_ERROR(CheckRange("spec.word_vocab_size", word_vocab_size, 2, kMaxVocabulary));
  TIQU_RETURN_IF_ERROR(CheckRange("spec.word_dim", word_dim, 1, kMaxWidth));
  TIQU_RETURN_IF_ERROR(CheckRange("spec.hidden", hidden, 1, kMaxWidth));
  TIQU_RETURN_IF_ERROR(CheckRange("spec.max_position", max_position, 1, kMaxPosition));
  TIQU_RETURN_IF_ERROR(CheckRates("spec.encoder_rates", encoder_rates));
  return is_tagger() ? CheckTagger(*this) : CheckRates("spec.model_rates", model_rates);
}

nlohmann::json ModelSpec::ToJson() const {
  if (is_tagger()) return TaggerToJson(*this);
  return {{"kind", kind},
          {"char_vocab_size", char_vocab_size},
          {"word_vocab_size", word_vocab_size},
          {"word_dim", word_dim},
          {"hidden", hidden},
          {"max_position", max_position},
          {"encoder_rates", encoder_rates},
          {"model_rates", model_rates},
          {"match_features", match_features},
          {"word_vectors", word_vectors},
          {"crf", crf}};
}

absl::StatusOr<ModelSpec> ModelSpec::FromJson(const nlohmann::json& json) {
  ModelSpec spec;
  JsonFields fields(json, "spec");
  fields.Read("kind", &spec.kind);
  fields.Read("char_vocab_size", &spec.char_vocab_size);
  fields.Read("word_vocab_size", &spec.word_vocab_size);
  fields.Read("word_dim", &spec.word_dim);
  fields.Read("hidden", &spec.hidden);
  fields.Read("encoder_rates", &spec.encoder_rates);
  spec.is_tagger() ? ReadTaggerFields(&fields, &spec) : ReadReaderFields(&fields, &spec);
  TIQU_RETURN_IF_ERROR(fields.status());
  TIQU_RETURN_IF_ERROR(spec.Validate());
  return spec;
}

}  // namespace tiqu::model
