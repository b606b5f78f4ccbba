// Weights and activations rounded to bfloat16, products summed in 32-bit floats, by oneDNN where the processor has
// instructions for it; elsewhere products of floats with weights that hold rounded values, as fast as fp32.
#include <algorithm>
#include <unordered_map>
#include <vector>

#include "base/short_floats.h"
#include "engine/kernels/cpu_isa.h"
#include "engine/kernels/gemm.h"
#include "engine/kernels/packed_matrix.h"
#include "engine/kernels/single_thread.h"
#include "oneapi/dnnl/dnnl.hpp"

namespace tiqu::kernels {
namespace {

void NarrowRows(int64_t rows, int64_t k, const float* in, int64_t lda, uint16_t* out) {
  for (int64_t row = 0; row < rows; ++row, in += lda, out += k) std::transform(in, in + k, out, ToBfloat16);
}

class RoundedMatrix : public PackedMatrix {
 public:
  RoundedMatrix(int64_t k, int64_t n, const float* weights) : k_(k), n_(n), weights_(k * n) {
    RoundToBfloat16(k * n, weights, weights_.data());
  }

  void Multiply(int64_t m, const float* a, int64_t lda, Into into, float* out, int64_t ldc) const override {
    Gemm({.m = m, .n = n_, .k = k_}, 1.0F, a, lda, weights_.data(), n_, into == Into::kAdd ? 1.0F : 0.0F, out, ldc);
  }

  int64_t bytes() const override { return static_cast<int64_t>(weights_.size() * sizeof(float)); }

 private:
  int64_t k_, n_;
  std::vector<float> weights_;
};

const dnnl::engine& CpuEngine() {
  static const auto* const engine = new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return *engine;
}

// oneDNN's matmul primitive at a fixed number of rows, so that a row's bits cannot depend on how many there are; fewer
// rows are filled up with zeros.
class DnnlBfloat16Matrix : public PackedMatrix {
 public:
  static constexpr int64_t kRows = 64;

  // Null when the library has no such product.
  static std::shared_ptr<const PackedMatrix> Make(int64_t k, int64_t n, const float* weights) {
    try {
      return std::make_shared<DnnlBfloat16Matrix>(k, n, weights);
    } catch (const dnnl::error&) {
      return nullptr;
    }
  }

  DnnlBfloat16Matrix(int64_t k, int64_t n, const float* weights) : k_(k), n_(n) {
    SingleThreadScope single_thread;
    using Tag = dnnl::memory::format_tag;
    const auto matrix = [](int64_t rows, int64_t columns, dnnl::memory::data_type type, Tag tag) {
      return dnnl::memory::desc({rows, columns}, type, tag);
    };
    constexpr auto kBf16 = dnnl::memory::data_type::bf16;
    source_ = matrix(kRows, k, kBf16, Tag::ab);
    target_ = matrix(kRows, n, dnnl::memory::data_type::f32, Tag::ab);
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const dnnl::matmul::desc wanted(source_, matrix(k, n, kBf16, Tag::any), target_);
    const dnnl::matmul::primitive_desc made(wanted, attributes, CpuEngine());
    scratch_ = made.scratchpad_desc();
    matmul_ = dnnl::matmul(made);

    std::vector<uint16_t> rounded(k * n);
    NarrowRows(k, n, weights, n, rounded.data());
    dnnl::memory plain(matrix(k, n, kBf16, Tag::ab), CpuEngine(), rounded.data());
    weights_ = dnnl::memory(made.weights_desc(), CpuEngine());
    dnnl::stream stream(CpuEngine());
    dnnl::reorder(plain, weights_).execute(stream, plain, weights_);
    stream.wait();
  }

  void Multiply(int64_t m, const float* a, int64_t lda, Into into, float* out, int64_t ldc) const override {
    thread_local std::vector<uint16_t> rows;
    thread_local std::vector<float> product;
    thread_local std::vector<std::byte> scratch;
    rows.resize(kRows * k_);
    product.resize(kRows * n_);
    scratch.resize(scratch_.get_size());
    SingleThreadScope single_thread;
    dnnl::stream stream(CpuEngine());
    const std::unordered_map<int, dnnl::memory> arguments = {
        {DNNL_ARG_SRC, dnnl::memory(source_, CpuEngine(), rows.data())},
        {DNNL_ARG_WEIGHTS, weights_},
        {DNNL_ARG_DST, dnnl::memory(target_, CpuEngine(), product.data())},
        {DNNL_ARG_SCRATCHPAD, dnnl::memory(scratch_, CpuEngine(), scratch.data())}};
    for (int64_t row = 0; row < m; row += kRows) {
      const int64_t count = std::min(kRows, m - row);
      NarrowRows(count, k_, a + row * lda, lda, rows.data());
      std::fill(rows.begin() + count * k_, rows.end(), uint16_t{0});
      matmul_.execute(stream, arguments);
      stream.wait();
      for (int64_t i = 0; i < count; ++i) {
        const float* from = product.data() + i * n_;
        float* to = out + (row + i) * ldc;
        if (into == Into::kAdd) {
          std::transform(from, from + n_, to, to, [](float x, float y) { return y + x; });
        } else {
          std::copy_n(from, n_, to);
        }
      }
    }
  }

  int64_t bytes() const override { return static_cast<int64_t>(weights_.get_desc().get_size()); }

 private:
  int64_t k_, n_;
  dnnl::memory::desc source_, target_, scratch_;
  dnnl::matmul matmul_;
  dnnl::memory weights_;
};

}  // namespace

bool MultipliesBfloat16() { return ActiveCpuIsa() >= CpuIsa::kAvx512Bf16; }

void RoundToBfloat16(int64_t count, const float* values, float* rounded) {
  std::transform(values, values + count, rounded, [](float value) { return FromBfloat16(ToBfloat16(value)); });
}

std::shared_ptr<const PackedMatrix> PackBfloat16(int64_t k, int64_t n, const float* weights) {
  if (k > 0 && n > 0 && MultipliesBfloat16()) {
    if (auto packed = DnnlBfloat16Matrix::Make(k, n, weights)) return packed;
  }
  return std::make_shared<RoundedMatrix>(k, n, weights);
}

}  // namespace tiqu::kernels
