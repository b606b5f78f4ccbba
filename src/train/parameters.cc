#include "train/parameters.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "base/status.h"

namespace tiqu::train {
namespace {

using model::WeightShape;
using torch::Tensor;

constexpr int64_t kAlignment = 16;  // floats of a cache line: every weight starts on one

int64_t CountElements(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

// fan in + fan out as Keras counts them: the last two dimensions, times the taps before them.
double GlorotLimit(const std::vector<int64_t>& shape) {
  const size_t rank = shape.size();
  int64_t taps = 1;
  for (size_t i = 0; i + 2 < rank; ++i) taps *= shape[i];
  return std::sqrt(6.0 / static_cast<double>(taps * (shape[rank - 2] + shape[rank - 1])));
}

void FillUniform(double limit, Random* random, Tensor* tensor) {
  float* values = tensor->data_ptr<float>();
  for (int64_t i = 0; i < tensor->numel(); ++i) {
    values[i] = static_cast<float>((2.0 * random->Uniform() - 1.0) * limit);
  }
}

bool EndsWithKernel(const std::string& name) { return name.ends_with("kernel") || name.ends_with("projection"); }

void InitializeWeight(const WeightShape& weight, Random* random, Tensor* tensor) {
  if (weight.name.ends_with("/char_embeddings") || weight.name.ends_with("/bigram_embeddings")) {
    FillUniform(0.05, random, tensor);
  } else if (EndsWithKernel(weight.name)) {
    FillUniform(GlorotLimit(weight.shape), random, tensor);
  }
}

}  // namespace

Parameters::Parameters(const model::ModelSpec& spec) : spec_(spec) {
  const std::vector<WeightShape> shapes = model::WeightShapes(spec);
  int64_t size = 0;
  for (const WeightShape& weight : shapes) {
    if (weight.frozen) continue;
    offsets_.push_back(size);
    size += (CountElements(weight.shape) + kAlignment - 1) / kAlignment * kAlignment;
  }
  flat_ = torch::zeros({size});
  size_t index = 0;
  for (const WeightShape& weight : shapes) {
    if (weight.frozen) {
      tensors_[weight.name] = torch::zeros(weight.shape);
      continue;
    }
    Tensor view = torch::from_blob(flat() + offsets_[index++], weight.shape);
    view.set_requires_grad(true);
    tensors_[weight.name] = view;
    trained_.push_back(view);
  }
}

Parameters Parameters::Initialize(const model::ModelSpec& spec, uint64_t seed) {
  Parameters parameters(spec);
  uint64_t stream = 0;
  for (const WeightShape& weight : model::WeightShapes(spec)) {
    Random random(seed, ++stream);
    if (!weight.frozen) InitializeWeight(weight, &random, &parameters.tensors_[weight.name]);
  }
  return parameters;
}

absl::StatusOr<Parameters> Parameters::FromWeights(const model::ModelSpec& spec, const model::WeightMap& weights) {
  TIQU_RETURN_IF_ERROR(model::CheckWeights(spec, weights));
  Parameters parameters(spec);
  for (const auto& [name, weight] : weights) {
    std::copy(weight.values.begin(), weight.values.end(), parameters.tensors_[name].data_ptr<float>());
  }
  return parameters;
}

void Parameters::SetFrozen(const std::string& name, Tensor value) { tensors_.at(name) = std::move(value); }

Parameters Parameters::Clone() const {
  Parameters copy(spec_);
  std::copy_n(flat(), flat_size(), copy.flat());
  for (const WeightShape& weight : model::WeightShapes(spec_)) {
    if (weight.frozen) copy.tensors_[weight.name] = tensors_.at(weight.name);
  }
  return copy;
}

model::WeightMap Parameters::ToWeights() const {
  model::WeightMap weights;
  for (const auto& [name, tensor] : tensors_) {
    const float* values = tensor.data_ptr<float>();
    weights[name] = {tensor.sizes().vec(), std::vector<float>(values, values + tensor.numel())};
  }
  return weights;
}

}  // namespace tiqu::train
