// Classify and Regress over JSON: features of examples into tf.Examples, and results into the answer.
//
//   {"signature_name": "classify", "context": {"question": "..."}, "examples": [{"passage": "..."}, {"x": [1.0]}]}
//
// A feature's type comes from its values: strings and {"b64": ...} are bytes, numbers with a point or an exponent are
// floats, whole numbers, true and false are integers. Texts of errors are TensorFlow Serving's.
//
// Thread safety: free functions.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "serving/json/json_document.h"
#include "serving_inference.pb.h"

namespace tiqu::serving {

// Errors: INVALID_ARGUMENT.
absl::Status ReadExamples(const JsonDocument& request, ::tensorflow::serving::Input* input);

// Errors: INVALID_ARGUMENT (a result without a row).
absl::StatusOr<std::string> WriteClassifications(const ::tensorflow::serving::ClassificationResult& result);
absl::StatusOr<std::string> WriteRegressions(const ::tensorflow::serving::RegressionResult& result);

}  // namespace tiqu::serving
