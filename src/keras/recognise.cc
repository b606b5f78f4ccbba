#include "keras/recognise.h"

#include <algorithm>

#include "base/status.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "model/model_spec.h"

namespace tiqu::keras {
namespace {

using Shape = std::vector<int64_t>;

bool IsConvolutionKernel(const Shape& shape) { return shape.size() == 3 && shape[0] == 3 && shape[2] == 2 * shape[1]; }

// The reader's width: what the first convolution has.
int64_t FindHidden(const KerasFile& file) {
  for (const KerasLayer& layer : file.layers) {
    for (const KerasWeight& weight : layer.weights) {
      const Shape& shape = weight.array.shape;
      if (weight.array.kind == NumberKind::kOther) continue;
      if (IsConvolutionKernel(shape)) return shape[1];
      // Kernels of value and gate apart.
      if (layer.weights.size() >= 2 && shape.size() == 3 && shape[0] == 3 && shape[1] == shape[2]) return shape[1];
    }
  }
  return 0;
}

std::vector<Shape> ShapesOfRank(const KerasLayer& layer, size_t rank) {
  std::vector<Shape> shapes;
  for (const KerasWeight& weight : layer.weights) {
    if (weight.array.shape.size() == rank) shapes.push_back(weight.array.shape);
  }
  return shapes;
}

// For files that say nothing about classes.
LayerKind KindOfShapes(const KerasLayer& layer, int64_t d) {
  const std::vector<Shape> vectors = ShapesOfRank(layer, 1);
  const std::vector<Shape> matrices = ShapesOfRank(layer, 2);
  const std::vector<Shape> kernels = ShapesOfRank(layer, 3);
  if (vectors.size() + matrices.size() + kernels.size() != layer.weights.size()) return LayerKind::kUnknown;
  if (kernels.size() == 1 && matrices.empty() && IsConvolutionKernel(kernels[0])) return LayerKind::kConvolution;
  if (!kernels.empty()) return LayerKind::kUnknown;
  if (matrices.size() == 1) {
    const Shape& shape = matrices[0];
    if (shape == Shape{3 * d, 1}) return LayerKind::kSimilarity;
    if (shape == Shape{4 * d + model::kFeatureCount, d} || shape == Shape{4 * d, d}) return LayerKind::kMergedContext;
    return LayerKind::kUnknown;
  }
  if (matrices.size() == 2 && matrices[0] == Shape{d, d} && matrices[1] == Shape{d, model::kTagCount}) {
    return LayerKind::kAnswer;
  }
  const bool embeds = std::any_of(layer.weights.begin(), layer.weights.end(), [](const KerasWeight& weight) {
    return weight.name.find("embedding") != std::string::npos;
  });
  if (matrices.size() >= 2 && embeds) return LayerKind::kMixEmbedding;
  if (matrices.empty() && vectors.size() == 2 && layer.weights[0].name.find("idf") != std::string::npos) {
    return LayerKind::kMatchFeatures;
  }
  return LayerKind::kUnknown;
}

LayerKind Recognise(const KerasLayer& layer, int64_t hidden) {
  if (!layer.class_name.empty()) return KindOfName(layer.class_name);
  for (const std::string& name : {layer.group, layer.name}) {
    if (const LayerKind kind = KindOfName(name); kind != LayerKind::kUnknown) return kind;
  }
  return layer.weights.empty() ? LayerKind::kUnknown : KindOfShapes(layer, hidden);
}

std::string Describe(const KerasLayer& layer) {
  std::vector<std::string> weights;
  for (const KerasWeight& weight : layer.weights) {
    weights.push_back(fmt::format("{} {}", weight.name, ShapeText(weight.array.shape)));
  }
  const std::string named = layer.class_name.empty() ? "" : fmt::format(" of class {}", layer.class_name);
  return fmt::format("{}{} with {}", layer.name, named, fmt::join(weights, ", "));
}

bool Has(const std::vector<RecognisedLayer>& layers, LayerKind kind) {
  return std::any_of(layers.begin(), layers.end(), [kind](const RecognisedLayer& found) { return found.kind == kind; });
}

// A square matrix of transitions beside convolutions, and nothing that compares a question with a passage.
bool IsTagger(const KerasFile& file, const std::vector<RecognisedLayer>& layers) {
  for (const LayerKind kind : {LayerKind::kSimilarity, LayerKind::kMergedContext, LayerKind::kMixEmbedding}) {
    if (Has(layers, kind)) return false;
  }
  for (const KerasLayer& layer : file.layers) {
    const bool named = layer.name.find("transition") != std::string::npos || layer.name == "vars" ||
                       layer.name == "top_level_model_weights" || KindOfName(layer.name) == LayerKind::kCrf;
    for (const KerasWeight& weight : layer.weights) {
      const Shape& shape = weight.array.shape;
      const bool square = shape.size() == 2 && shape[0] == shape[1];
      if (square && (named || weight.name.find("transition") != std::string::npos)) return true;
    }
  }
  return false;
}

}  // namespace

std::string ShapeText(const std::vector<int64_t>& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

absl::StatusOr<Recognised> RecogniseLayers(const KerasFile& file) {
  constexpr size_t kMostNamed = 20;
  Recognised result;
  result.hidden = FindHidden(file);
  std::vector<std::string> unknown;
  for (const KerasLayer& layer : file.layers) {
    const LayerKind kind = Recognise(layer, result.hidden);
    if (kind != LayerKind::kUnknown) {
      result.layers.push_back({&layer, kind});
    } else if (!layer.weights.empty()) {
      unknown.push_back(Describe(layer));
    } else if (!layer.class_name.empty() && !DoesNothingWhenAnswering(layer.class_name)) {
      result.bystanders.push_back(fmt::format("{} ({})", layer.name, layer.class_name));
    }
  }
  if (IsTagger(file, result.layers)) {
    return absl::UnimplementedError("the model is a tagger (it has transitions and no question); only readers convert");
  }
  if (!unknown.empty()) {
    const size_t count = unknown.size();
    if (count > kMostNamed) {
      unknown.resize(kMostNamed);
      unknown.push_back("...");
    }
    return absl::InvalidArgumentError(
        fmt::format("{} layer{} that Tiqu does not know: {}", count, count == 1 ? "" : "s", fmt::join(unknown, "; ")));
  }
  if (result.hidden <= 0 || !Has(result.layers, LayerKind::kConvolution)) {
    return absl::InvalidArgumentError(
        "not a reader: no DilatedGatedConv1D, whose kernel is [3, d, 2 d], is among the layers");
  }
  return result;
}

}  // namespace tiqu::keras
