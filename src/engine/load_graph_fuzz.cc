// Any bytes as a SavedModel without variables: loaded into an engine, within limits, never a crash.
#include <cstddef>
#include <cstdint>

#include "engine/load.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tensorflow::SavedModel saved_model;
  if (!saved_model.ParseFromArray(data, static_cast<int>(size)) || saved_model.meta_graphs_size() == 0) return 0;
  tiqu::savedmodel::LoadedSavedModel model;
  model.meta_graph = saved_model.meta_graphs(0);
  model.variables.emplace("v", tiqu::Tensor::Of<float>({2, 2}, {1, 2, 3, 4}));
  static_cast<void>(tiqu::engine::MakeEngine(std::move(model), {}, int64_t{1} << 20));
  return 0;
}
