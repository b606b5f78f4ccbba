// From the layers of a Keras model to Tiqu's reader: which layer is which, and every weight in its place.
//
//   TIQU_ASSIGN_OR_RETURN(const KerasFile file, ReadKerasFile(bytes));
//   TIQU_ASSIGN_OR_RETURN(const ConvertedReader reader, ConvertReader(file, options));
//   checkpoint.config.spec = reader.spec, checkpoint.weights = reader.weights;
//
// Thread safety: free functions without state.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "keras/keras_file.h"
#include "model/model_spec.h"

namespace tiqu::keras {

// What a file of weights may not say.
struct ConvertOptions {
  std::vector<int> encoder_rates;  // empty: as the model's configuration says
  std::vector<int> model_rates;
  bool rates_are_defaults = false;  // the configuration may say otherwise
  int word_vocab_size = 0;          // for a model without word vectors; 0: not known
  bool no_match_features = false;   // the model's features are all zero
};

struct ConvertedLayer {
  std::string tiqu;   // "encode_0"
  std::string keras;  // "dilated_gated_conv1d_27"
};

struct ConvertedReader {
  model::ModelSpec spec;
  model::WeightMap weights;  // all that the spec asks for; what training alone needs is zero
  std::vector<ConvertedLayer> layers;
  std::vector<std::string> notes;  // what a person should know, such as layers without weights that were left out
};

// Errors: UNIMPLEMENTED (a tagger), INVALID_ARGUMENT: all layers that are not known, or all weights that are missing,
// not known or of another shape, or what the options must say.
absl::StatusOr<ConvertedReader> ConvertReader(const KerasFile& file, const ConvertOptions& options);

}  // namespace tiqu::keras
