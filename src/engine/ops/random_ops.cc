// RandomUniform, so that graphs with dropout load. Where dropout's rate is 0, its numbers do not matter.
//
// The numbers are a function of the seeds and of the place in the tensor alone: each run gives the same, whatever the
// thread. They are not TensorFlow's.
#include <cstdint>

#include "base/status.h"
#include "engine/op_registry.h"
#include "engine/ops/register.h"
#include "engine/ops/shapes.h"
#include "engine/ops/types.h"

namespace tiqu::engine {
namespace {

uint64_t MixBits(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

absl::StatusOr<OpInstance> MakeRandomUniform(const NodeSpec& spec) {
  spec.ExpectInputs(1);
  spec.ExpectType(0, {kInt32, kInt64});
  if (const DataType type = spec.Type("dtype", kFloat); type != kFloat) return spec.UnsupportedType(type);
  const auto seed = MixBits(static_cast<uint64_t>(spec.Int("seed", 0))) + static_cast<uint64_t>(spec.Int("seed2", 0));
  const auto run = [seed](OpContext& context) -> absl::Status {
    TIQU_ASSIGN_OR_RETURN(const Shape shape, IndexValues(context.input(0)));
    TIQU_ASSIGN_OR_RETURN(Tensor * out, context.Allocate(0, kFloat, shape));
    constexpr float kStep = 1.0F / (1 << 24);
    for (int64_t i = 0; i < out->size(); ++i) {
      const uint64_t bits = MixBits(seed + 0x9e3779b97f4a7c15U * static_cast<uint64_t>(i + 1));
      out->data<float>()[i] = static_cast<float>(bits >> 40) * kStep;
    }
    return absl::OkStatus();
  };
  return OpInstance{{kFloat}, run};
}

}  // namespace

void RegisterRandomOps(OpRegistry& registry) {
  registry.Add("RandomUniform", MakeRandomUniform,
               {kFloatName, "seed, seed2: the numbers are a function of them alone, and not TensorFlow's"});
}

}  // namespace tiqu::engine
