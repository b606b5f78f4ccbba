#include "train/layers/dilated_gated_conv1d.h"

#include <algorithm>

#include "engine/kernels/gate.h"
#include "train/layers/minimal_conv.h"
#include "train/layers/vector_ops.h"

namespace tiqu::train {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Shape {
  const Packing* packing;
  int64_t d;
  DilatedGatedConv1DOptions options;
};

// The dropout factors of a chunk, or null. `buffer` holds kChunkRows * d floats.
const float* GateScale(const Shape& shape, int64_t row, int64_t count, std::vector<float>* buffer) {
  if (shape.options.gate_dropout <= 0.0F) return nullptr;
  buffer->resize(static_cast<size_t>(kChunkRows * shape.d));
  FillDropoutScale(shape.options.key.At(static_cast<uint64_t>(row)), shape.options.gate_dropout, count * shape.d,
                   buffer->data());
  return buffer->data();
}

void Forward(const Shape& shape, const float* x, const float* kernel, const float* bias, float* h, float* out) {
  const int64_t d = shape.d;
  std::vector<float> scale;
  MinimalConv(ConvQuads(*shape.packing, shape.options.rate), {.inputs = d, .outputs = 2 * d}, kernel, x, h);
  for (int64_t row = 0; row < shape.packing->rows(); row += kChunkRows) {
    const int64_t count = std::min(kChunkRows, shape.packing->rows() - row);
    kernels::GateForward(count, d, h + row * 2 * d, bias, x + row * d, nullptr, GateScale(shape, row, count, &scale),
                         out + row * d);
  }
}

struct ConvGradients {
  float* x;
  float* kernel;  // null: not wanted
  float* bias;
};

// d_h of all rows first (d_x gets its direct part): a row's taps reach far.
void Backward(const Shape& shape, const float* x, const float* kernel, const float* bias, const float* h,
              const float* d_out, const ConvGradients& gradients) {
  const int64_t d = shape.d;
  const int64_t rows = shape.packing->rows();
  std::vector<float> d_h(static_cast<size_t>(rows * 2 * d));
  std::vector<float> scale;
  for (int64_t row = 0; row < rows; row += kChunkRows) {
    const int64_t count = std::min(kChunkRows, rows - row);
    float* d_h_chunk = d_h.data() + row * 2 * d;
    kernels::GateBackward(count, d, h + row * 2 * d, bias, x + row * d, nullptr, GateScale(shape, row, count, &scale),
                          d_out + row * d, d_h_chunk, gradients.x + row * d);
    AddColumnSums(count, 2 * d, d_h_chunk, gradients.bias);
  }
  const ConvQuads quads(*shape.packing, shape.options.rate);
  if (gradients.kernel != nullptr) AddKernelGradient(quads, d, 2 * d, x, d_h.data(), gradients.kernel);
  MinimalConv(quads, {.inputs = 2 * d, .outputs = d, .backwards = true, .add = true}, kernel, d_h.data(), gradients.x);
}

struct ConvFunction : public torch::autograd::Function<ConvFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& kernel, const Tensor& bias,
                        int64_t packing, int64_t rate, double gate_dropout, int64_t key) {
    context->saved_data["packing"] = packing;
    context->saved_data["rate"] = rate;
    context->saved_data["gate_dropout"] = gate_dropout;
    context->saved_data["key"] = key;
    const Tensor input = x.contiguous();
    Tensor h = torch::empty({input.size(0), 2 * input.size(1)});
    Tensor out = torch::empty_like(input);
    Forward(ShapeOf(context, input), input.data_ptr<float>(), kernel.data_ptr<float>(), bias.data_ptr<float>(),
            h.data_ptr<float>(), out.data_ptr<float>());
    context->save_for_backward({input, kernel, bias, h});
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& d_outs) {
    const variable_list saved = context->get_saved_variables();
    const Tensor d_out = d_outs[0].contiguous();
    Tensor d_x = torch::empty_like(saved[0]);
    // Not when the loss is followed to the embedding alone (AdversarialShift).
    Tensor d_kernel = context->needs_input_grad(1) ? torch::zeros_like(saved[1]) : Tensor();
    Tensor d_bias = torch::zeros_like(saved[2]);
    Backward(
        ShapeOf(context, saved[0]), saved[0].data_ptr<float>(), saved[1].data_ptr<float>(), saved[2].data_ptr<float>(),
        saved[3].data_ptr<float>(), d_out.data_ptr<float>(),
        {d_x.data_ptr<float>(), d_kernel.defined() ? d_kernel.data_ptr<float>() : nullptr, d_bias.data_ptr<float>()});
    return {d_x, d_kernel, d_bias, Tensor(), Tensor(), Tensor(), Tensor()};
  }

  static Shape ShapeOf(AutogradContext* context, const Tensor& x) {
    auto& data = context->saved_data;
    return {reinterpret_cast<const Packing*>(data["packing"].toInt()),
            x.size(1),
            {data["rate"].toInt(), static_cast<float>(data["gate_dropout"].toDouble()),
             DropoutKey{static_cast<uint64_t>(data["key"].toInt())}}};
  }
};

}  // namespace

Tensor DilatedGatedConv1D(const Tensor& x, const Tensor& kernel, const Tensor& bias, const Packing& packing,
                          const DilatedGatedConv1DOptions& options) {
  return ConvFunction::apply(x, kernel, bias, reinterpret_cast<int64_t>(&packing), options.rate,
                             static_cast<double>(options.gate_dropout), static_cast<int64_t>(options.key.key));
}

}  // namespace tiqu::train
