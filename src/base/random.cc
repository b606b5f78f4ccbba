// PCG32, XSH-RR (M. O'Neill, 2014): state' = state * 6364136223846793005 + increment; the output is the old state's
// high bits, xor-shifted and rotated. The numbers are fixed: data sets and training runs are named by their seed.
#include "base/random.h"

namespace tiqu {
namespace {

constexpr uint64_t kMultiplier = 6364136223846793005ULL;

}  // namespace

Random::Random(uint64_t seed, uint64_t stream) : state_(0), increment_((stream << 1) | 1) {
  Next();
  state_ += seed;
  Next();
}

uint32_t Random::Next() {
  const uint64_t old = state_;
  state_ = old * kMultiplier + increment_;
  const auto shifted = static_cast<uint32_t>(((old >> 18) ^ old) >> 27);
  const auto turn = static_cast<uint32_t>(old >> 59);
  return (shifted >> turn) | (shifted << ((32 - turn) & 31));
}

uint32_t Random::Below(uint32_t limit) {
  // The lowest 2^32 mod limit draws would make small results more likely.
  const uint32_t threshold = (0U - limit) % limit;
  for (;;) {
    const uint32_t draw = Next();
    if (draw >= threshold) return draw % limit;
  }
}

int Random::Between(int low, int high) {
  const uint32_t span = static_cast<uint32_t>(high) - static_cast<uint32_t>(low) + 1;
  const uint32_t offset = span == 0 ? Next() : Below(span);  // 0: the whole range of int
  return static_cast<int>(static_cast<uint32_t>(low) + offset);
}

double Random::Uniform() { return Next() * (1.0 / 4294967296.0); }

bool Random::Chance(double probability) { return Uniform() < probability; }

}  // namespace tiqu
