// The C interface to tiqu::Model.
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/c_argument.h"
#include "api/c_error.h"
#include "api/c_tensor.h"
#include "tiqu/model.h"
#include "tiqu/tiqu.h"

namespace tiqu::api {

// A signature as the C interface shows it; points into the model's own.
struct SignatureView {
  std::vector<tiqu_tensor_spec> inputs;
  std::vector<tiqu_tensor_spec> outputs;
};

}  // namespace tiqu::api

struct tiqu_model {
  tiqu::Model model;
  std::map<std::string, tiqu::api::SignatureView, std::less<>> signatures;
  std::vector<const char*> names;
  std::atomic<int64_t> references = 1;
};

namespace tiqu::api {
namespace {

constexpr tiqu_model_options kModelDefaults = {sizeof(tiqu_model_options), TIQU_PRECISION_FLOAT32, 0};
static_assert(sizeof(tiqu_model_options) == sizeof(size_t) + 2 * sizeof(int32_t));  // without a gap
static_assert(static_cast<int>(Precision::kFloat32) == TIQU_PRECISION_FLOAT32 &&
              static_cast<int>(Precision::kBfloat16) == TIQU_PRECISION_BFLOAT16 &&
              static_cast<int>(Precision::kInt8) == TIQU_PRECISION_INT8);

std::vector<tiqu_tensor_spec> SpecsOf(const std::map<std::string, TensorSpec>& specs) {
  std::vector<tiqu_tensor_spec> result;
  for (const auto& [name, spec] : specs) {
    const int32_t rank = spec.unknown_rank ? -1 : static_cast<int32_t>(spec.shape.size());
    result.push_back({name.c_str(), spec.shape.data(), static_cast<tiqu_dtype>(spec.type), rank});
  }
  return result;
}

Status LoadModel(const char* model_dir, const tiqu_model_options* options, tiqu_model** out) {
  if (model_dir == nullptr) return NullArgument("model_dir");
  const Result<tiqu_model_options> given = ReadOptions(kModelDefaults, options);
  if (!given.ok()) return given.status();
  const Result<Precision> precision = ReadPrecision(*given);
  if (!precision.ok()) return precision.status();
  Result<Model> model = Model::Load(model_dir, {*precision});
  if (!model.ok()) return model.status();
  std::unique_ptr<tiqu_model> handle(new tiqu_model{*std::move(model), {}, {}});
  for (const auto& [name, signature] : handle->model.signatures()) {
    handle->signatures[name] = {SpecsOf(signature.inputs), SpecsOf(signature.outputs)};
    handle->names.push_back(name.c_str());
  }
  *out = handle.release();
  return {};
}

const tiqu_tensor_spec* FindSpecs(const tiqu_model* model, const char* signature,
                                  std::vector<tiqu_tensor_spec> SignatureView::*specs, size_t* count) {
  if (count != nullptr) *count = 0;
  if (model == nullptr || signature == nullptr) return nullptr;
  const auto found = model->signatures.find(std::string_view(signature));
  if (found == model->signatures.end()) return nullptr;
  if (count != nullptr) *count = (found->second.*specs).size();
  return (found->second.*specs).data();
}

Status CollectInputs(const char* const* names, const tiqu_tensor* const* tensors, size_t count, TensorMap* inputs) {
  for (size_t i = 0; i < count; ++i) {
    if (names[i] == nullptr) return NullArgument(absl::StrCat("input_names[", i, "]"));
    if (tensors[i] == nullptr) return NullArgument(absl::StrCat("inputs[", i, "]"));
    if (!inputs->emplace(names[i], tensors[i]->tensor).second) {
      return Status(StatusCode::kInvalidArgument, absl::StrCat("input '", names[i], "' is there twice"));
    }
  }
  return {};
}

// What one call of tiqu_model_run passes in.
struct RunCall {
  const tiqu_model* model;
  const char* signature;
  const char* const* input_names;
  const tiqu_tensor* const* inputs;
  size_t input_count;
  const char* const* output_names;
  tiqu_tensor** outputs;
  size_t output_count;
};

Status RunModel(const RunCall& call) {
  if (call.model == nullptr) return NullArgument("model");
  if (call.signature == nullptr) return NullArgument("signature");
  if (call.input_count > 0 && call.input_names == nullptr) return NullArgument("input_names");
  if (call.input_count > 0 && call.inputs == nullptr) return NullArgument("inputs");
  if (call.output_count > 0 && call.output_names == nullptr) return NullArgument("output_names");
  if (call.output_count > 0 && call.outputs == nullptr) return NullArgument("outputs");
  TensorMap inputs;
  if (Status status = CollectInputs(call.input_names, call.inputs, call.input_count, &inputs); !status.ok()) {
    return status;
  }
  Result<TensorMap> outputs = call.model->model.Run(call.signature, inputs);
  if (!outputs.ok()) return outputs.status();
  std::vector<std::unique_ptr<tiqu_tensor>> made;
  for (size_t i = 0; i < call.output_count; ++i) {
    if (call.output_names[i] == nullptr) return NullArgument(absl::StrCat("output_names[", i, "]"));
    const auto found = outputs->find(call.output_names[i]);
    if (found == outputs->end()) {
      return Status(StatusCode::kNotFound,
                    absl::StrCat("signature '", call.signature, "' has no output '", call.output_names[i], "'"));
    }
    made.push_back(std::make_unique<tiqu_tensor>(tiqu_tensor{found->second}));
  }
  for (size_t i = 0; i < made.size(); ++i) call.outputs[i] = made[i].release();
  return {};
}

}  // namespace
}  // namespace tiqu::api

extern "C" {

void tiqu_model_options_init(tiqu_model_options* options, size_t struct_size) {
  tiqu::api::WriteDefaults(tiqu::api::kModelDefaults, options, struct_size);
}

tiqu_status tiqu_model_load(const char* model_dir, const tiqu_model_options* options, tiqu_model** out,
                            tiqu_error** error) {
  return tiqu::api::Guard(error, [&] {
    if (out == nullptr) return tiqu::api::NullArgument("out");
    *out = nullptr;
    return tiqu::api::LoadModel(model_dir, options, out);
  });
}

void tiqu_model_retain(tiqu_model* model) { tiqu::api::Retain(model); }
void tiqu_model_release(tiqu_model* model) { tiqu::api::Release(model); }

size_t tiqu_model_signature_count(const tiqu_model* model) { return model == nullptr ? 0 : model->names.size(); }

const char* tiqu_model_signature_name(const tiqu_model* model, size_t index) {
  return index < tiqu_model_signature_count(model) ? model->names[index] : nullptr;
}

const tiqu_tensor_spec* tiqu_model_inputs(const tiqu_model* model, const char* signature, size_t* count) {
  return tiqu::api::FindSpecs(model, signature, &tiqu::api::SignatureView::inputs, count);
}

const tiqu_tensor_spec* tiqu_model_outputs(const tiqu_model* model, const char* signature, size_t* count) {
  return tiqu::api::FindSpecs(model, signature, &tiqu::api::SignatureView::outputs, count);
}

tiqu_status tiqu_model_run(const tiqu_model* model, const char* signature, const char* const* input_names,
                           const tiqu_tensor* const* inputs, size_t input_count, const char* const* output_names,
                           tiqu_tensor** outputs, size_t output_count, tiqu_error** error) {
  for (size_t i = 0; outputs != nullptr && i < output_count; ++i) outputs[i] = nullptr;
  return tiqu::api::Guard(error, [&] {
    return tiqu::api::RunModel(
        {model, signature, input_names, inputs, input_count, output_names, outputs, output_count});
  });
}

}  // extern "C"
