// The layers of a Keras model's .h5 file, whichever way Keras wrote it, with their weights by name.
//
//   TIQU_ASSIGN_OR_RETURN(const KerasFile file, ReadKerasFile(bytes));
//   for (const KerasLayer& layer : file.layers) ...      // "similarity_3", "Similarity", {"kernel" [48, 1]}
//
// Three ways of writing (docs/formats/keras.md): whole models and weights of Keras 2, which Keras 3 still writes as
// model.save("x.h5"); and weights of Keras 3, model.save_weights("x.weights.h5"), by class and position instead of by
// name.
//
// Thread safety: values and free functions. Weights point into the bytes that they were read from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "keras/hdf5_tree.h"
#include "nlohmann/json.hpp"

namespace tiqu::keras {

struct KerasWeight {
  std::string name;  // inside the layer: "conv/kernel", of Keras 3's weights "conv/0"
  Hdf5Array array;
};

struct KerasLayer {
  std::string name;        // "dilated_gated_conv1d_3"
  std::string group;       // in Keras 3's weights, what the class and the number among its like make of it: "answer_1"
  std::string class_name;  // from the model's configuration, else empty: "DilatedGatedConv1D"
  nlohmann::json config;   // the layer's own, or null
  int calls = 0;           // how often the model calls it; 0 when not known
  std::vector<KerasWeight> weights;
};

struct KerasFile {
  std::vector<KerasLayer> layers;
  bool has_config = false;      // the file has the model's configuration
  bool in_graph_order = false;  // a layer stands before all that need its result
};

// Errors: those of ReadHdf5, INVALID_ARGUMENT (HDF5, but not of Keras; a weight that is listed and not there; a
// configuration that is not JSON).
absl::StatusOr<KerasFile> ReadKerasFile(std::string_view file);

}  // namespace tiqu::keras
