// Named float tensors: what training makes, the checkpoint stores and the exporter writes. Knows no model.
//
// Thread safety: a value.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tiqu::model {

struct WeightTensor {
  std::vector<int64_t> shape;
  std::vector<float> values;  // row-major
};

// Keys are "layer/weight" as in docs/model.md, e.g. "encode_0/kernel".
using WeightMap = std::map<std::string, WeightTensor>;

}  // namespace tiqu::model
