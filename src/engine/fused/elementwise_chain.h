// Several elementwise operations on floats in one pass: the output is computed in blocks that stay in cache, through
// all steps, instead of a pass over memory a step. A softmax over the last axis may end the chain.
//
// The results have the bits of the operations one by one, which is also how the chain runs where a pass does not pay:
// when a step that is dear has a smaller result than the chain's (it would be computed again and again).
//
// Thread safety: what is made is immutable and may run on any number of threads.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/op_registry.h"

namespace tiqu::engine {

// What a step does to a run of floats: one of the two.
struct VectorFunction {
  using Unary = void (*)(int64_t count, const float* in, float* out);
  using Binary = void (*)(int64_t count, const float* a, const float* b, float* out);

  Unary unary = nullptr;
  Binary binary = nullptr;
  bool dear = false;     // much more than a pass over memory
  bool is_bias = false;  // the second operand must be a row of the first's width
};

// Null: not an operation that a chain can have.
const VectorFunction* FindVectorFunction(std::string_view op);

struct ChainStep {
  std::string name;                          // of the node and its operation, for errors
  std::shared_ptr<const OpInstance> op;      // what it is alone
  const VectorFunction* function = nullptr;  // null: the softmax at the end
  std::vector<int> operands;                 // below the number of inputs an input, from there on an earlier step
};

inline constexpr size_t kMostChainSteps = 24, kMostChainInputs = 12;

// REQUIRES: at most so many; every step but the last is an operand of a later one.
OpInstance MakeElementwiseChain(size_t inputs, std::vector<ChainStep> steps);

}  // namespace tiqu::engine
