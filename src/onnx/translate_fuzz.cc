// Any bytes as saved_model.pb: every signature translated, never a crash.
#include <cstddef>
#include <cstdint>

#include "onnx/translate.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tensorflow::SavedModel saved_model;
  if (!saved_model.ParseFromArray(data, static_cast<int>(size))) return 0;
  for (const auto& meta_graph : saved_model.meta_graphs()) {
    tiqu::savedmodel::LoadedSavedModel model;
    model.meta_graph = meta_graph;
    for (const auto& node : meta_graph.graph_def().node()) {
      if (node.op() == "VariableV2") model.variables[node.name()] = tiqu::Tensor::Of<float>({1}, {1});
    }
    for (const auto& [name, signature] : meta_graph.signature_def()) {
      tiqu::onnx::TranslateOptions options;
      options.signature = name;
      options.most_bytes = 1 << 20;
      static_cast<void>(tiqu::onnx::Translate(model, options));
    }
  }
  return 0;
}
