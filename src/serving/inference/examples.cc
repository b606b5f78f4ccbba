#include "serving/inference/examples.h"

namespace tiqu::serving {

absl::StatusOr<Tensor> SerializeExamples(const tensorflow::serving::Input& input) {
  const bool with_context = input.has_example_list_with_context();
  const auto& examples = with_context ? input.example_list_with_context().examples() : input.example_list().examples();
  if (examples.empty()) return absl::InvalidArgumentError("Input is empty.");
  // Messages one after the other are their merge: a feature of the example wins over the context's.
  const std::string context =
      with_context ? input.example_list_with_context().context().SerializeAsString() : std::string();
  Tensor serialized(DataType::kString, {examples.size()});
  for (int i = 0; i < examples.size(); ++i) {
    serialized.strings()[i] = context;
    examples[i].AppendToString(&serialized.strings()[i]);
  }
  return serialized;
}

}  // namespace tiqu::serving
