// What a signature takes and a request that it would accept, as messages show them.
//
//   . The signature "qa" takes k1_in: float (-1, 1), p1_in: float (-1, -1); for example {"instances": [{"k1_in": ...
//
// Thread safety: free functions.
#pragma once

#include <string>

#include "serving/json/predict_json.h"

namespace tiqu::serving {

// "x: float (-1, 1)", "x: float (any rank)", several with commas between them.
std::string DescribeInputs(const engine::Signature& signature);

// A short body, valid unless a dimension is too long to be shown.
std::string ExampleRequest(const PredictTarget& target, PredictForm form);

// Both, to follow a message.
std::string RequestHint(const PredictTarget& target, PredictForm form);

// For a run that failed on rows that have as many dimensions as the signature has with the batch; empty otherwise.
std::string BatchDimensionHint(const PredictTarget& target, const PredictInputs& inputs);

}  // namespace tiqu::serving
