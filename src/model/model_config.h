// What tiqu.json holds: all that turns text into tensors and tensors into answers, and where the model came from.
//
//   {"format": 1, "spec": {...}, "text": {...}, "decoding": {...}, "crf": {...}, "provenance": {...}, "scores": {...}}
//
// Thread safety: a value.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model/model_spec.h"
#include "nlohmann/json.hpp"

namespace tiqu::model {

struct TextSettings {
  bool fold_compatibility = true;
  bool lower_case = true;
  bool to_simplified = true;
  std::vector<std::string> user_words;  // the user's own dictionary
  int max_question_chars = 64;          // longer questions are cut
  int window_chars = 512;               // passage characters in one run of the network
  int window_overlap_chars = 128;
};

struct DecodingSettings {
  float threshold = 0.4F;            // smallest span probability that is reported
  float no_answer_threshold = 1.0F;  // P(no answer) at or above which nothing is reported
  float temperature = 1.0F;          // log pa and CRF scores are divided by it
  int max_answer_chars = 256;
  bool single = false;  // true: report one answer at most (decode/answers.h)
};

// Scores in nats; I after O and I at the start are forbidden whatever stands here.
struct CrfParameters {
  std::array<std::array<float, kTagCount>, kTagCount> transitions{};  // [from][to]
  std::array<float, kTagCount> begin{};
  std::array<float, kTagCount> end{};
};

struct ModelConfig {
  ModelSpec spec;
  TextSettings text;
  DecodingSettings decoding;
  CrfParameters crf;                                     // of a reader; a tagger's is in its graph
  nlohmann::json provenance = nlohmann::json::object();  // data files, seed, resolved training configuration
  nlohmann::json scores = nlohmann::json::object();      // measured on the validation part

  nlohmann::json ToJson() const;
  static absl::StatusOr<ModelConfig> FromJson(const nlohmann::json& json);
  // Errors: DATA_LOSS (not JSON, or nested too deep), INVALID_ARGUMENT (a field is missing or out of range), both
  // naming it.
  static absl::StatusOr<ModelConfig> Parse(std::string_view json_text);
};

}  // namespace tiqu::model
