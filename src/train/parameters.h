// The network's weights: all trained ones in one flat buffer (for the optimizer), seen as tensors by name.
//
//   Parameters parameters = Parameters::Initialize(spec, seed);
//   parameters.Get("encode_0/kernel");          // [3, d, 2d], a leaf of autograd
//
// Thread safety: reading tensors, also by autograd, from several threads is safe while nobody writes the buffer.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model/model_spec.h"
#include "torch/torch.h"

namespace tiqu::train {

class Parameters {
 public:
  // Glorot-uniform kernels, zero biases, as the table of docs/model.md says. Frozen weights are zero.
  static Parameters Initialize(const model::ModelSpec& spec, uint64_t seed);
  // Errors: INVALID_ARGUMENT naming the weight that does not fit.
  static absl::StatusOr<Parameters> FromWeights(const model::ModelSpec& spec, const model::WeightMap& weights);

  // REQUIRES: the spec has such a weight.
  const torch::Tensor& Get(const std::string& name) const { return tensors_.at(name); }
  void SetFrozen(const std::string& name, torch::Tensor value);

  // The trained weights in the order of model::WeightShapes, and where each starts in the buffer.
  const std::vector<torch::Tensor>& trained() const { return trained_; }
  const std::vector<int64_t>& offsets() const { return offsets_; }
  float* flat() { return flat_.data_ptr<float>(); }
  const float* flat() const { return flat_.data_ptr<float>(); }
  int64_t flat_size() const { return flat_.numel(); }

  // The same network with its own copy of the trained weights; frozen ones are shared.
  Parameters Clone() const;
  model::WeightMap ToWeights() const;

 private:
  explicit Parameters(const model::ModelSpec& spec);

  model::ModelSpec spec_;
  torch::Tensor flat_;
  std::map<std::string, torch::Tensor> tensors_;
  std::vector<torch::Tensor> trained_;
  std::vector<int64_t> offsets_;
};

}  // namespace tiqu::train
