// Signatures and the facts about itself that a meta graph carries.
#pragma once

#include <string>
#include <vector>

#include "graph/graph_builder.h"
#include "saved_model.pb.h"

namespace tiqu::graph {

// An input or output of a signature. The key is what callers say; -1 is an unknown dimension.
struct SignatureTensor {
  std::string key;
  Output tensor;
  Shape shape;
};

// With the method name tensorflow/serving/predict.
tensorflow::SignatureDef MakePredictSignature(const std::vector<SignatureTensor>& inputs,
                                              const std::vector<SignatureTensor>& outputs);

// The tag `serve` and the versions that TensorFlow 1.8 and later accept.
void DescribeMetaGraph(tensorflow::MetaGraphDef* meta);

}  // namespace tiqu::graph
