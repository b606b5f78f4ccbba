#include "train/layers/dropout.h"

#include <algorithm>
#include <cmath>

#include "base/each_isa.h"
#include "train/layers/packing.h"
#include "train/layers/vector_ops.h"

namespace tiqu::train {
namespace {

constexpr int64_t kWords = 16;          // hashes of a block
constexpr int64_t kBlock = 4 * kWords;  // decisions of a block: byte b of word w is element b * kWords + w

// The finaliser of MurmurHash3 over 32 bits: every input bit reaches every output bit.
inline uint32_t Hash(uint32_t x) {
  x ^= x >> 16;
  x *= 0x85ebca6bU;
  x ^= x >> 13;
  x *= 0xc2b2ae35U;
  x ^= x >> 16;
  return x;
}

TIQU_EACH_ISA void FillBlocks(uint32_t key, uint32_t threshold, float kept, int64_t blocks, float* scale) {
  for (int64_t block = 0; block < blocks; ++block, scale += kBlock) {
    uint32_t words[kWords];
    const uint32_t first = key + static_cast<uint32_t>(block * kWords) * 0x9e3779b9U;
    for (uint32_t w = 0; w < kWords; ++w) words[w] = Hash(first + w * 0x9e3779b9U);
    for (int64_t b = 0; b < 4; ++b) {
      for (int64_t w = 0; w < kWords; ++w) {
        scale[b * kWords + w] = ((words[w] >> (8 * b)) & 0xffU) < threshold ? 0.0F : kept;
      }
    }
  }
}

struct DropoutFunction : public torch::autograd::Function<DropoutFunction> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x, double rate,
                               int64_t key) {
    context->saved_data["rate"] = rate;
    context->saved_data["key"] = key;
    return Apply(x.contiguous(), static_cast<float>(rate), DropoutKey{static_cast<uint64_t>(key)});
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& d_out) {
    const auto rate = static_cast<float>(context->saved_data["rate"].toDouble());
    const DropoutKey key{static_cast<uint64_t>(context->saved_data["key"].toInt())};
    return {Apply(d_out[0].contiguous(), rate, key), torch::Tensor(), torch::Tensor()};
  }

  static torch::Tensor Apply(const torch::Tensor& x, float rate, DropoutKey key) {
    torch::Tensor y = torch::empty_like(x);
    const int64_t d = x.size(1);
    std::vector<float> scale(static_cast<size_t>(kChunkRows * d));
    for (int64_t row = 0; row < x.size(0); row += kChunkRows) {
      const int64_t count = std::min(kChunkRows, x.size(0) - row) * d;
      FillDropoutScale(key.At(static_cast<uint64_t>(row)), rate, count, scale.data());
      Multiply(count, x.data_ptr<float>() + row * d, scale.data(), y.data_ptr<float>() + row * d);
    }
    return y;
  }
};

}  // namespace

DropoutKey DropoutKey::At(uint64_t index) const {
  uint64_t z = key + (index + 1) * 0x9e3779b97f4a7c15ULL;  // splitmix64
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return {z ^ (z >> 31)};
}

void FillDropoutScale(DropoutKey key, float rate, int64_t count, float* scale) {
  const auto threshold = static_cast<uint32_t>(std::lround(rate * 256.0F));
  const float kept = threshold < 256 ? 256.0F / static_cast<float>(256 - threshold) : 0.0F;
  const auto key32 = static_cast<uint32_t>(key.key ^ (key.key >> 32));
  const int64_t blocks = count / kBlock;
  FillBlocks(key32, threshold, kept, blocks, scale);
  const int64_t rest = count - blocks * kBlock;
  if (rest == 0) return;
  float tail[kBlock];
  FillBlocks(key32 ^ 0x5bd1e995U, threshold, kept, 1, tail);
  std::copy_n(tail, rest, scale + blocks * kBlock);
}

torch::Tensor Dropout(const torch::Tensor& x, float rate, DropoutKey key) {
  if (rate <= 0.0F) return x;
  return DropoutFunction::apply(x, static_cast<double>(rate), static_cast<int64_t>(key.key));
}

}  // namespace tiqu::train
