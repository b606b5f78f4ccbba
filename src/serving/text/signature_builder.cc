#include "serving/text/signature_builder.h"

#include "absl/strings/str_cat.h"

namespace tiqu::serving {
namespace {

using TensorInfos = google::protobuf::Map<std::string, tensorflow::TensorInfo>;

void AddFields(const std::vector<SignatureField>& fields, TensorInfos* infos,
               std::map<std::string, engine::TensorSpec>* specs) {
  for (const SignatureField& field : fields) {
    const std::string tensor = absl::StrCat(kTextTensorPrefix, field.key, ":0");
    tensorflow::TensorInfo& info = (*infos)[field.key];
    info.set_name(tensor);
    info.set_dtype(static_cast<tensorflow::DataType>(field.type));
    for (const int64_t size : field.shape) info.mutable_tensor_shape()->add_dim()->set_size(size);
    specs->emplace(field.key, engine::TensorSpec{tensor, field.type, field.shape, false});
  }
}

}  // namespace

void AddTextSignature(const SignatureName& name, const std::vector<SignatureField>& inputs,
                      const std::vector<SignatureField>& outputs, SignatureDefs* defs,
                      std::map<std::string, engine::Signature>* signatures) {
  if (defs->contains(name.key) || signatures->contains(name.key)) return;
  tensorflow::SignatureDef& def = (*defs)[name.key];
  engine::Signature& signature = (*signatures)[name.key];
  def.set_method_name(name.method);
  signature.method_name = name.method;
  AddFields(inputs, def.mutable_inputs(), &signature.inputs);
  AddFields(outputs, def.mutable_outputs(), &signature.outputs);
}

}  // namespace tiqu::serving
