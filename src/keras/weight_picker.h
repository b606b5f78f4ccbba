// Takes the weights of Keras layers one by one into Tiqu's, and remembers all that went wrong.
//
//   LayerWeights from(&layer);
//   const KerasWeight* kernel = from.Take(2, "kernel");
//   picker.Put("similarity/kernel", from, kernel, {3 * d, 1});
//   picker.Finish(from);                                        // what is left over is a problem
//
// Thread safety: none; made for one conversion.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "keras/keras_file.h"
#include "model/weight_map.h"

namespace tiqu::keras {

// A layer's weights that nobody has taken yet.
class LayerWeights {
 public:
  explicit LayerWeights(const KerasLayer* layer);

  // The first of that rank whose name has one of the words in it, or null. No words: the first of that rank.
  const KerasWeight* Take(size_t rank, std::initializer_list<std::string_view> words = {});
  // The first of that shape, or null.
  const KerasWeight* TakeShape(const std::vector<int64_t>& shape);

  const KerasLayer& layer() const { return *layer_; }
  const std::vector<const KerasWeight*>& left() const { return left_; }

 private:
  const KerasWeight* Remove(size_t index);

  const KerasLayer* layer_;
  std::vector<const KerasWeight*> left_;
};

class WeightPicker {
 public:
  explicit WeightPicker(model::WeightMap* out) : out_(out) {}

  // `shape` is what Tiqu has; a shape of Keras's that differs in dimensions of 1 alone will do. Null is "missing".
  void Put(const std::string& name, const KerasLayer& layer, const KerasWeight* weight,
           const std::vector<int64_t>& shape);
  // The same, but null is zero.
  void PutOrZero(const std::string& name, const KerasLayer& layer, const KerasWeight* weight,
                 const std::vector<int64_t>& shape);
  void Zero(const std::string& name, const std::vector<int64_t>& shape);
  // Weights that were not taken.
  void Finish(const LayerWeights& weights);
  void AddProblem(const std::string& problem) { problems_.push_back(problem); }

  bool ok() const { return problems_.empty(); }
  // All problems in one. Errors: INVALID_ARGUMENT.
  absl::Status status() const;

 private:
  model::WeightMap* out_;
  std::vector<std::string> problems_;
};

}  // namespace tiqu::keras
