#include "keras/weight_picker.h"

#include <algorithm>

#include "fmt/format.h"
#include "fmt/ranges.h"
#include "keras/recognise.h"

namespace tiqu::keras {
namespace {

std::string FullName(const KerasLayer& layer, const KerasWeight& weight) {
  return fmt::format("{}/{}", layer.name, weight.name);
}

std::vector<int64_t> WithoutOnes(std::vector<int64_t> shape) {
  shape.erase(std::remove(shape.begin(), shape.end(), 1), shape.end());
  return shape;
}

int64_t CountValues(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

}  // namespace

LayerWeights::LayerWeights(const KerasLayer* layer) : layer_(layer) {
  for (const KerasWeight& weight : layer->weights) left_.push_back(&weight);
}

const KerasWeight* LayerWeights::Remove(size_t index) {
  const KerasWeight* weight = left_[index];
  left_.erase(left_.begin() + static_cast<int64_t>(index));
  return weight;
}

const KerasWeight* LayerWeights::Take(size_t rank, std::initializer_list<std::string_view> words) {
  for (size_t i = 0; i < left_.size(); ++i) {
    if (left_[i]->array.shape.size() != rank) continue;
    const std::string& name = left_[i]->name;
    const bool named = std::any_of(words.begin(), words.end(),
                                   [&name](std::string_view word) { return name.find(word) != std::string::npos; });
    if (words.size() == 0 || named) return Remove(i);
  }
  return nullptr;
}

const KerasWeight* LayerWeights::TakeShape(const std::vector<int64_t>& shape) {
  for (size_t i = 0; i < left_.size(); ++i) {
    if (left_[i]->array.shape == shape) return Remove(i);
  }
  return nullptr;
}

void WeightPicker::Put(const std::string& name, const KerasLayer& layer, const KerasWeight* weight,
                       const std::vector<int64_t>& shape) {
  if (weight == nullptr) {
    AddProblem(fmt::format("{} {} is missing in layer {}", name, ShapeText(shape), layer.name));
    return;
  }
  const std::vector<int64_t>& found = weight->array.shape;
  if (found != shape && (WithoutOnes(found) != WithoutOnes(shape))) {
    AddProblem(fmt::format("{} has shape {}, {} needs {}", FullName(layer, *weight), ShapeText(found), name,
                           ShapeText(shape)));
    return;
  }
  auto values = ToFloats(weight->array);
  if (!values.ok()) {
    AddProblem(fmt::format("{} {}", FullName(layer, *weight), std::string(values.status().message())));
    return;
  }
  (*out_)[name] = {shape, *std::move(values)};
}

void WeightPicker::PutOrZero(const std::string& name, const KerasLayer& layer, const KerasWeight* weight,
                             const std::vector<int64_t>& shape) {
  if (weight != nullptr) {
    Put(name, layer, weight, shape);
  } else {
    Zero(name, shape);
  }
}

void WeightPicker::Zero(const std::string& name, const std::vector<int64_t>& shape) {
  (*out_)[name] = {shape, std::vector<float>(static_cast<size_t>(CountValues(shape)), 0.0F)};
}

void WeightPicker::Finish(const LayerWeights& weights) {
  for (const KerasWeight* weight : weights.left()) {
    AddProblem(fmt::format("{} {} has no place in the reader", FullName(weights.layer(), *weight),
                           ShapeText(weight->array.shape)));
  }
}

absl::Status WeightPicker::status() const {
  constexpr size_t kMostNamed = 20;
  if (ok()) return absl::OkStatus();
  std::vector<std::string> named(problems_.begin(),
                                 problems_.begin() + static_cast<int64_t>(std::min(problems_.size(), kMostNamed)));
  if (named.size() < problems_.size()) named.push_back(fmt::format("and {} more", problems_.size() - named.size()));
  return absl::InvalidArgumentError(fmt::format("{}", fmt::join(named, "; ")));
}

}  // namespace tiqu::keras
