// Any bytes as saved_model.pb: read, shown and its constants decoded, never a crash.
#include <cstddef>
#include <cstdint>

#include "graph/tensor_proto.h"
#include "saved_model.pb.h"
#include "savedmodel/show.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tensorflow::SavedModel saved_model;
  if (!saved_model.ParseFromArray(data, static_cast<int>(size))) return 0;
  tiqu::savedmodel::ShowOptions options;
  options.all = true;
  static_cast<void>(tiqu::savedmodel::Show(saved_model, options));
  for (const auto& meta_graph : saved_model.meta_graphs()) {
    for (const auto& node : meta_graph.graph_def().node()) {
      const auto value = node.attr().find("value");
      if (value == node.attr().end()) continue;
      // A constant may repeat one value over a large shape; filling many of those would only test the memory.
      const int64_t count = tiqu::ElementCount(tiqu::graph::ShapeFromProto(value->second.tensor().tensor_shape()));
      if (count < 100000) static_cast<void>(tiqu::graph::TensorFromProto(value->second.tensor()));
    }
  }
  return 0;
}
