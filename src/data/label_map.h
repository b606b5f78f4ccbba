// Which question stands for which label of a tagged data set.
//
//   {"NHVI": ["被害人是谁", "谁被偷了东西"], "NT": ["案发时间是什么时候"]}
//
// The first wording of a label is the canonical one. Labels keep the order of the file. For triples (DuIE) a wording
// holds "{}" where the subject goes: {"父亲": ["{}的父亲是谁"]}.
//
// Thread safety: immutable after loading.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace tiqu::data {

struct LabelQuestions {
  std::string label;
  std::vector<std::string> wordings;  // at least one
};

class LabelMap {
 public:
  // Errors: NOT_FOUND for the file, INVALID_ARGUMENT that names label and fault (no wording, not a string, ...).
  static absl::StatusOr<LabelMap> Load(const std::string& path);
  static absl::StatusOr<LabelMap> Parse(std::string_view json);

  bool empty() const { return labels_.empty(); }
  const std::vector<LabelQuestions>& labels() const { return labels_; }
  const LabelQuestions* Find(std::string_view label) const;  // nullptr: not mapped

 private:
  std::vector<LabelQuestions> labels_;
};

enum class Wordings {
  kFirst,   // the canonical one: for scores
  kAll,     // a sample for each
  kRandom,  // one of them, the same for the same seed, record and label
};

// The wordings to make samples of. `key` names the record, so that the choice does not hang on the order of reading.
std::vector<std::string> ChooseWordings(const LabelQuestions& questions, Wordings how, uint64_t seed,
                                        std::string_view key);

}  // namespace tiqu::data
