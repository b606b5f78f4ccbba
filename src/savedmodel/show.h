// What a SavedModel holds, in the words of TensorFlow's `saved_model_cli show`.
//
//   MetaGraphDef with tag-set: 'serve' contains the following SignatureDefs:
//
//   signature_def['qa']:
//     The given SavedModel SignatureDef contains the following input(s):
//       inputs['k1_in'] tensor_info:
//           dtype: DT_FLOAT
//           shape: (-1, 1)
//           name: k1_in:0
//     ...
//
// The same text as saved_model_cli of TensorFlow 2.10 and later, but for the line of operations, which it prints in any
// order and this sorts, and for the Python functions of TF2 models, which are not listed.
//
// Thread safety: free functions without state.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "saved_model.pb.h"

namespace tiqu::savedmodel {

struct ShowOptions {
  bool all = false;                          // everything; the fields below are then not looked at
  std::optional<std::string> tag_set;        // "serve", "serve,gpu"
  std::optional<std::string> signature_def;  // a key; only with tag_set
  bool list_ops = false;                     // only with tag_set
};

// Errors: NOT_FOUND (no such tag set or signature; names those there are).
absl::StatusOr<std::string> Show(const tensorflow::SavedModel& saved_model, const ShowOptions& options);

}  // namespace tiqu::savedmodel
