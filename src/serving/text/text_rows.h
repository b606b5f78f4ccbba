// Questions and passages out of the tensors of a text signature.
//
// Thread safety: free functions and values.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "serving/models/servable.h"

namespace tiqu::serving {

inline constexpr char kQuestionInput[] = "question";
inline constexpr char kPassageInput[] = "passage";
inline constexpr char kTextInput[] = "text";  // of taggers

struct TextRow {
  std::string_view question;
  std::string_view passage;
};

// Of the string tensors `question` and `passage`, which the rows point into. Each is a scalar, a vector [n] or a matrix
// [n, 1]; where one has a single value, it goes with every value of the other. Errors: INVALID_ARGUMENT naming the
// input, what was sent and what is expected.
absl::StatusOr<std::vector<TextRow>> RowsOfTexts(const TensorMap& inputs);

// The texts of a string tensor: a scalar, a vector [n] or a matrix [n, 1]. Errors: as above.
absl::StatusOr<const std::vector<std::string>*> TextsOf(const TensorMap& inputs, const char* name);

// The features `question` and `passage` of serialized tf.Examples, and rows that point into them.
class ExampleTexts {
 public:
  void Add(std::string question, std::string passage) { texts_.emplace_back(std::move(question), std::move(passage)); }
  std::vector<TextRow> rows() const { return {texts_.begin(), texts_.end()}; }

 private:
  struct Pair : std::pair<std::string, std::string> {
    using pair::pair;
    operator TextRow() const { return {first, second}; }  // NOLINT: a view of it
  };
  std::vector<Pair> texts_;
};

// Errors: INVALID_ARGUMENT naming the example (not a tf.Example, a feature that is missing or not one text).
absl::StatusOr<ExampleTexts> TextsOfExamples(const TensorMap& inputs);

}  // namespace tiqu::serving
