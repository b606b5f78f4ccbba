#include "serving/inference/predict.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "graph/tensor_proto.h"
#include "serving/inference/model_spec.h"
#include "serving/inference/tensor_fields.h"
#include "serving/models/guarded.h"

namespace tiqu::serving {
namespace {

using tensorflow::SignatureDef;

constexpr int64_t kMostStartedTexts = 1000;  // of a request that is read at once

template <typename Map>
std::set<std::string> KeysOf(const Map& map) {
  std::set<std::string> keys;
  for (const auto& [key, value] : map) keys.insert(key);
  return keys;
}

std::string Braced(const std::set<std::string>& names) { return absl::StrCat("{", absl::StrJoin(names, ","), "}"); }

std::set<std::string> Without(const std::set<std::string>& all, const std::set<std::string>& some) {
  std::set<std::string> rest;
  std::set_difference(all.begin(), all.end(), some.begin(), some.end(), std::inserter(rest, rest.end()));
  return rest;
}

// "x (DT_FLOAT, (-1, 1))", ... in the order of the names.
std::string Expected(const engine::Signature& signature) {
  return absl::StrJoin(signature.inputs, ", ", [](std::string* out, const auto& input) {
    absl::StrAppend(out, input.first, " (", DataTypeName(input.second.type), ", ",
                    input.second.unknown_rank ? "any shape" : ShapeToString(input.second.shape), ")");
  });
}

// Fills in defaults; then the inputs must be those of the signature, no more and no fewer.
absl::Status CompleteInputs(const SignatureDef& def, const engine::Signature& signature, TensorMap* inputs) {
  std::set<std::string> defaults;
  for (const auto& [name, proto] : def.defaults()) {
    if (!signature.inputs.contains(name) || inputs->contains(name)) continue;
    TIQU_ASSIGN_OR_RETURN((*inputs)[name], graph::TensorFromProto(proto));
    defaults.insert(name);
  }
  if (inputs->size() != signature.inputs.size()) {
    const std::set<std::string> sent = Without(KeysOf(*inputs), defaults);
    const std::set<std::string> wanted = KeysOf(signature.inputs);
    return absl::InvalidArgumentError(
        absl::StrCat("input size does not match signature: ", sent.size(), "!=", wanted.size(), " len(", Braced(sent),
                     ") != len(", Braced(wanted), "). Sent extra: ", Braced(Without(sent, wanted)),
                     ". Missing but required: ", Braced(Without(wanted, sent)), ". Expected: ", Expected(signature)));
  }
  for (const auto& [name, spec] : signature.inputs) {
    if (inputs->contains(name)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("Signature input alias: ", name, "(feed name: ", spec.tensor_name,
                     ") not found in request and no default value provided. Inputs expected to be in the set ",
                     Braced(KeysOf(signature.inputs)), ". Sent: ", Braced(Without(KeysOf(*inputs), defaults))));
  }
  return absl::OkStatus();
}

absl::Status CheckFilter(const engine::Signature& signature, const std::vector<std::string>& output_filter) {
  std::set<std::string> seen;
  for (const std::string& name : output_filter) {
    if (!signature.outputs.contains(name)) {
      return absl::InvalidArgumentError(absl::StrCat("output tensor alias not found in signature: ", name,
                                                     " Outputs expected to be in the set ",
                                                     Braced(KeysOf(signature.outputs)), "."));
    }
    if (!seen.insert(name).second) {
      return absl::InvalidArgumentError(absl::StrCat("duplicate output tensor alias: ", name));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<TensorMap> DecodeInputs(const pb::PredictRequest& request) {
  TensorMap inputs;
  for (const auto& [name, proto] : request.inputs()) {
    absl::StatusOr<Tensor> tensor = graph::TensorFromProto(proto);
    if (!tensor.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("tensor parsing error: ", name, ": ", std::string(tensor.status().message())));
    }
    inputs.emplace(name, *std::move(tensor));
  }
  return inputs;
}

absl::Status CheckCall(const Servable& servable, const std::string& signature,
                       const std::vector<std::string>& output_filter, TensorMap* inputs) {
  const engine::Signature& form = servable.signatures().at(signature);
  TIQU_RETURN_IF_ERROR(CompleteInputs(servable.signature_defs().at(signature), form, inputs));
  return CheckFilter(form, output_filter);
}

TensorMap Kept(TensorMap outputs, const std::vector<std::string>& output_filter) {
  if (output_filter.empty()) return outputs;
  TensorMap kept;
  for (const std::string& name : output_filter) kept.emplace(name, std::move(outputs.at(name)));
  return kept;
}

struct PredictCall {
  std::string signature;
  TensorMap inputs;
  std::vector<std::string> output_filter;
};

absl::StatusOr<PredictCall> ReadPredict(const Servable& servable, const pb::PredictRequest& request) {
  PredictCall call;
  call.signature = SignatureKey(request.model_spec().signature_name());
  if (!servable.signatures().contains(call.signature)) {
    return absl::FailedPreconditionError(absl::StrCat("Serving signature key \"", call.signature,
                                                      "\" not found. The model has: ", SignatureNames(servable)));
  }
  TIQU_ASSIGN_OR_RETURN(call.inputs, DecodeInputs(request));
  call.output_filter.assign(request.output_filter().begin(), request.output_filter().end());
  TIQU_RETURN_IF_ERROR(CheckCall(servable, call.signature, call.output_filter, &call.inputs));
  return call;
}

void WritePredict(const Servable& servable, const PredictCall& call, TensorMap outputs, const PredictOptions& options,
                  pb::PredictResponse* response) {
  FillModelSpec(servable, call.signature, response->mutable_model_spec());
  for (const auto& [name, tensor] : Kept(std::move(outputs), call.output_filter)) {
    tensorflow::TensorProto* proto = &(*response->mutable_outputs())[name];
    if (options.tensor_content) {
      graph::TensorToProto(tensor, proto);
    } else {
      TensorToFields(tensor, proto);
    }
  }
}

// Few bytes can mean many texts: the last value of a tensor stands for all that follow.
bool HasFewTexts(const pb::PredictRequest& request) {
  for (const auto& [name, proto] : request.inputs()) {
    int64_t count = 1;
    for (const auto& dim : proto.tensor_shape().dim()) {
      if (dim.size() < 0 || dim.size() > kMostStartedTexts || (count *= dim.size()) > kMostStartedTexts) return false;
    }
  }
  return true;
}

}  // namespace

std::string SignatureKey(const std::string& name) { return name.empty() ? kDefaultSignature : name; }

absl::StatusOr<TensorMap> RunSignature(const Servable& servable, const std::string& signature, TensorMap inputs,
                                       const std::vector<std::string>& output_filter, const RunLimits& limits) {
  TIQU_RETURN_IF_ERROR(CheckCall(servable, signature, output_filter, &inputs));
  TIQU_ASSIGN_OR_RETURN(TensorMap outputs, servable.Run(signature, inputs, limits));
  return Kept(std::move(outputs), output_filter);
}

absl::Status Predict(const ModelRegistry& models, const pb::PredictRequest& request, const PredictOptions& options,
                     const RunLimits& limits, pb::PredictResponse* response) {
  TIQU_ASSIGN_OR_RETURN(const ServableHandle servable, FindServable(models, request));
  TIQU_ASSIGN_OR_RETURN(PredictCall call, ReadPredict(*servable, request));
  TIQU_ASSIGN_OR_RETURN(TensorMap outputs, servable->Run(call.signature, call.inputs, limits));
  WritePredict(*servable, call, std::move(outputs), options, response);
  return absl::OkStatus();
}

bool StartPredict(const ModelRegistry& models, const pb::PredictRequest& request, const PredictOptions& options,
                  const RunLimits& limits, pb::PredictResponse* response, PredictDone done) {
  bool text = false;
  const absl::Status status = Guarded([&]() -> absl::Status {
    const auto found = FindServable(models, request);
    text =
        found.ok() && (*found)->TakesText(SignatureKey(request.model_spec().signature_name())) && HasFewTexts(request);
    if (!text) return absl::OkStatus();
    const ServableHandle& servable = *found;
    TIQU_ASSIGN_OR_RETURN(PredictCall read, ReadPredict(*servable, request));
    TensorMap inputs = std::move(read.inputs);
    const auto call = std::make_shared<const PredictCall>(std::move(read));
    servable->Start(call->signature, std::move(inputs), limits,
                    [servable, call, options, response, done](absl::StatusOr<TensorMap> outputs) {
                      done(Guarded([&]() -> absl::Status {
                        TIQU_RETURN_IF_ERROR(outputs.status());
                        WritePredict(*servable, *call, *std::move(outputs), options, response);
                        return absl::OkStatus();
                      }));
                    });
    return absl::OkStatus();
  });
  if (!status.ok()) done(status);
  return text || !status.ok();
}

}  // namespace tiqu::serving
