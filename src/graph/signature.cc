#include "graph/signature.h"

#include "graph/tensor_proto.h"

namespace tiqu::graph {
namespace {

tensorflow::TensorInfo MakeTensorInfo(const SignatureTensor& tensor) {
  tensorflow::TensorInfo info;
  const std::string& name = tensor.tensor.name;
  info.set_name(name.find(':') == std::string::npos ? name + ":0" : name);
  info.set_dtype(static_cast<tensorflow::DataType>(tensor.tensor.type));
  ShapeToProto(tensor.shape, info.mutable_tensor_shape());
  return info;
}

}  // namespace

tensorflow::SignatureDef MakePredictSignature(const std::vector<SignatureTensor>& inputs,
                                              const std::vector<SignatureTensor>& outputs) {
  tensorflow::SignatureDef signature;
  for (const SignatureTensor& input : inputs) (*signature.mutable_inputs())[input.key] = MakeTensorInfo(input);
  for (const SignatureTensor& output : outputs) (*signature.mutable_outputs())[output.key] = MakeTensorInfo(output);
  signature.set_method_name("tensorflow/serving/predict");
  return signature;
}

void DescribeMetaGraph(tensorflow::MetaGraphDef* meta) {
  auto* info = meta->mutable_meta_info_def();
  info->add_tags("serve");
  info->set_tensorflow_version("1.8.0");  // whose operations the graph uses; some readers parse it
  info->set_tensorflow_git_version("tiqu");
}

}  // namespace tiqu::graph
