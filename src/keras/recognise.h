// Which layer of a Keras model is which of Tiqu's: by class, by name, and where a file has neither, by the shapes of
// its weights.
//
// Thread safety: free functions without state.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "keras/keras_file.h"
#include "keras/layer_kind.h"

namespace tiqu::keras {

struct RecognisedLayer {
  const KerasLayer* layer = nullptr;
  LayerKind kind = LayerKind::kUnknown;
};

struct Recognised {
  int64_t hidden = 0;
  std::vector<RecognisedLayer> layers;  // those of a known kind, in the file's order
  std::vector<std::string> bystanders;  // unknown layers without weights that may do something
};

// Errors: UNIMPLEMENTED (a tagger), INVALID_ARGUMENT naming every unknown layer that has weights, or that there is no
// DilatedGatedConv1D.
absl::StatusOr<Recognised> RecogniseLayers(const KerasFile& file);

// "[3, 16, 32]".
std::string ShapeText(const std::vector<int64_t>& shape);

}  // namespace tiqu::keras
