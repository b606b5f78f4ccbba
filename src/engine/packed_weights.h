// Constant weights of a node, made ready for products at the precision that the model was loaded with.
//
// Thread safety: one thread, as all of loading; the result is immutable.
#pragma once

#include <memory>

#include "engine/kernels/packed_matrix.h"
#include "engine/node_spec.h"
#include "tensor/tensor.h"

namespace tiqu::engine {

// `weights` at the model's precision; made once for all nodes that use the same ones. A tensor with more than two axes
// is taken as [all but the last, last].
std::shared_ptr<const kernels::PackedMatrix> PackWeights(const NodeSpec& spec, const Tensor& weights);

// The same for the transpose of a matrix. REQUIRES: two axes.
std::shared_ptr<const kernels::PackedMatrix> PackTransposedWeights(const NodeSpec& spec, const Tensor& weights);

}  // namespace tiqu::engine
