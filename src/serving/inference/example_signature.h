// The form of signatures that take tf.Examples, and their outputs as results. Texts of errors are TensorFlow Serving's.
//
// Thread safety: free functions without state.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "saved_model.pb.h"
#include "serving/models/servable.h"
#include "serving_inference.pb.h"

namespace tiqu::serving {

enum class ExampleMethod { kClassify, kRegress };

inline constexpr char kExamplesInput[] = "inputs";
inline constexpr char kClassesOutput[] = "classes";
inline constexpr char kScoresOutput[] = "scores";
inline constexpr char kRegressOutput[] = "outputs";
inline constexpr char kClassifyMethod[] = "tensorflow/serving/classify";
inline constexpr char kRegressMethod[] = "tensorflow/serving/regress";

// "tensorflow/serving/classify" and "tensorflow/serving/regress".
std::optional<ExampleMethod> MethodOfName(std::string_view method_name);

// The signature that a request means. Without a name it is serving_default, or on a model that takes text the signature
// of text for the method (serving/text).
std::string ExampleSignatureKey(const Servable& servable, const std::string& name, ExampleMethod method);

// Errors: INVALID_ARGUMENT (inputs or outputs that do not fit the method).
absl::Status CheckExampleSignature(const tensorflow::SignatureDef& signature, ExampleMethod method,
                                   bool check_method_name);

// `outputs` has classes, string [examples, n], or scores, float [examples, n], or both. Errors: INVALID_ARGUMENT
// (another type or shape).
absl::Status FillClassification(const TensorMap& outputs, int64_t examples,
                                tensorflow::serving::ClassificationResult* result);

// `outputs` has outputs, float [examples] or [examples, 1]. Errors: INVALID_ARGUMENT (another type or shape).
absl::Status FillRegression(const TensorMap& outputs, int64_t examples, tensorflow::serving::RegressionResult* result);

}  // namespace tiqu::serving
