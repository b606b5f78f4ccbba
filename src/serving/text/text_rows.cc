#include "serving/text/text_rows.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "example.pb.h"
#include "serving/inference/example_signature.h"

namespace tiqu::serving {
namespace {

absl::StatusOr<std::string> TextOf(const tensorflow::Example& example, const char* name) {
  const auto& features = example.features().feature();
  const auto found = features.find(name);
  if (found == features.end()) return absl::InvalidArgumentError(absl::StrCat("has no feature '", name, "'"));
  if (found->second.bytes_list().value_size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("feature '", name, "' has ", found->second.bytes_list().value_size(), " texts, expected one"));
  }
  return found->second.bytes_list().value(0);
}

}  // namespace

absl::StatusOr<const std::vector<std::string>*> TextsOf(const TensorMap& inputs, const char* name) {
  const auto found = inputs.find(name);
  if (found == inputs.end()) return absl::InvalidArgumentError(absl::StrCat("input '", name, "' is missing"));
  const Tensor& tensor = found->second;
  const Shape& shape = tensor.shape();
  if (tensor.type() != DataType::kString || shape.size() > 2 || (shape.size() == 2 && shape[1] != 1)) {
    return absl::InvalidArgumentError(absl::StrCat("input '", name, "' is ", DataTypeName(tensor.type()), " ",
                                                   ShapeToString(shape), ", expected DT_STRING (n), a text a row"));
  }
  return &tensor.strings();
}

absl::StatusOr<std::vector<TextRow>> RowsOfTexts(const TensorMap& inputs) {
  TIQU_ASSIGN_OR_RETURN(const auto* questions, TextsOf(inputs, kQuestionInput));
  TIQU_ASSIGN_OR_RETURN(const auto* passages, TextsOf(inputs, kPassageInput));
  if (questions->size() != passages->size() && questions->size() != 1 && passages->size() != 1) {
    return absl::InvalidArgumentError(absl::StrCat("there are ", questions->size(), " questions and ", passages->size(),
                                                   " passages; expected as many of one as of the other, or one"));
  }
  const bool none = questions->empty() || passages->empty();
  std::vector<TextRow> rows(none ? 0 : std::max(questions->size(), passages->size()));
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i] = {(*questions)[questions->size() == 1 ? 0 : i], (*passages)[passages->size() == 1 ? 0 : i]};
  }
  return rows;
}

absl::StatusOr<ExampleTexts> TextsOfExamples(const TensorMap& inputs) {
  TIQU_ASSIGN_OR_RETURN(const auto* serialized, TextsOf(inputs, kExamplesInput));
  ExampleTexts texts;
  for (size_t i = 0; i < serialized->size(); ++i) {
    tensorflow::Example example;
    if (!example.ParseFromString((*serialized)[i])) {
      return absl::InvalidArgumentError(absl::StrCat("example ", i, " is not a serialized tf.Example"));
    }
    absl::StatusOr<std::string> question = TextOf(example, kQuestionInput);
    absl::StatusOr<std::string> passage = TextOf(example, kPassageInput);
    for (const auto* text : {&question, &passage}) {
      if (!text->ok()) return Annotate(text->status(), absl::StrCat("example ", i));
    }
    texts.Add(*std::move(question), *std::move(passage));
  }
  return texts;
}

}  // namespace tiqu::serving
