// Predict over JSON: the body's values into tensors, and tensors into the answer. Rules and texts of errors are those
// of TensorFlow Serving's REST interface; the errors say also what the signature takes and show a request that it
// accepts.
//
//   {"signature_name": "qa", "instances": [{"q1_in": [1, 2], ...}, ...]}   row form: a new first dimension, the batch
//   {"inputs": {"q1_in": [[1, 2]], ...}}                                   columnar form: tensors as they are
//
// Types come from the signature, shapes from the body.
//
// Thread safety: free functions.
#pragma once

#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/engine.h"
#include "serving/json/json_document.h"

namespace tiqu::serving {

enum class PredictForm { kRow, kColumnar };

struct PredictInputs {
  PredictForm form = PredictForm::kRow;
  engine::TensorMap tensors;
};

// What the body's tensors are meant for.
struct PredictTarget {
  std::string signature_name;  // as asked for, may be empty
  const engine::Signature* signature = nullptr;
  std::set<std::string> optional;  // inputs that have a default
};

// Empty when there is none. Errors: INVALID_ARGUMENT (not a string).
absl::StatusOr<std::string> ReadSignatureName(const JsonDocument& request);

// Errors: INVALID_ARGUMENT, UNIMPLEMENTED (columnar form, a type that JSON has no values for).
absl::StatusOr<PredictInputs> ReadPredictInputs(const JsonDocument& request, const PredictTarget& target);

// Errors: INVALID_ARGUMENT (no outputs; a type that JSON has no values for; in row form outputs without a common first
// dimension).
absl::StatusOr<std::string> WritePredictions(const engine::TensorMap& outputs, PredictForm form);

}  // namespace tiqu::serving
