#include "engine/packed_weights.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace tiqu::engine {
namespace {

struct Packed {
  Tensor source;   // kept: the key is its address
  Tensor weights;  // what the matrix may point to
  std::shared_ptr<const kernels::PackedMatrix> matrix;
};

Tensor Transposed(const Tensor& matrix) {
  const int64_t rows = matrix.shape()[0], columns = matrix.shape()[1];
  Tensor out(DataType::kFloat, {columns, rows});
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) out.data<float>()[j * rows + i] = matrix.data<float>()[i * columns + j];
  }
  return out;
}

std::shared_ptr<const kernels::PackedMatrix> PackOnce(const NodeSpec& spec, const Tensor& source, bool transpose) {
  const std::string key = absl::StrCat(transpose ? "packed transpose " : "packed ",
                                       reinterpret_cast<uintptr_t>(source.data<float>()), " ", source.shape().back());
  std::shared_ptr<void>& prepared = spec.load().prepared[key];
  if (prepared == nullptr) {
    auto made = std::make_shared<Packed>();
    made->source = source;
    made->weights = transpose ? Transposed(source) : source;
    const int64_t n = made->weights.shape().back(), k = n == 0 ? 0 : made->weights.size() / n;
    made->matrix = kernels::PackMatrix(spec.load().precision, k, n, made->weights.data<float>());
    prepared = made;
  }
  const auto packed = std::static_pointer_cast<Packed>(prepared);
  return {packed, packed->matrix.get()};
}

}  // namespace

std::shared_ptr<const kernels::PackedMatrix> PackWeights(const NodeSpec& spec, const Tensor& weights) {
  return PackOnce(spec, weights, false);
}

std::shared_ptr<const kernels::PackedMatrix> PackTransposedWeights(const NodeSpec& spec, const Tensor& weights) {
  return PackOnce(spec, weights, true);
}

}  // namespace tiqu::engine
