// One function a layer of the reader: takes its weights out of a Keras layer.
//
// Each adds to the picker's problems what is missing, of another shape or left over.
// Thread safety: free functions without state.
#pragma once

#include <string>

#include "keras/keras_file.h"
#include "keras/weight_picker.h"
#include "model/model_spec.h"

namespace tiqu::keras {

// Sets char_vocab_size, word_vocab_size, word_dim, word_vectors and max_position. Without word vectors, word_vocab_size
// is left as it is and their weights are not made.
void FillMixEmbedding(const KerasLayer& layer, model::WeightMap* weights, WeightPicker* picker, model::ModelSpec* spec);
void FillWithoutWordVectors(WeightPicker* picker, model::ModelSpec* spec);

// `name` is "encode_0".
void FillConvolution(const KerasLayer& layer, const std::string& name, int64_t hidden, model::WeightMap* weights,
                     WeightPicker* picker);
void FillSimilarity(const KerasLayer& layer, int64_t hidden, model::WeightMap* weights, WeightPicker* picker);
void FillMatchFeatures(const KerasLayer& layer, const model::ModelSpec& spec, WeightPicker* picker);
// *takes_features: its kernel has rows for them.
void FillMergedContext(const KerasLayer& layer, int64_t hidden, model::WeightMap* weights, WeightPicker* picker,
                       bool* takes_features);
void FillAnswer(const KerasLayer& layer, int64_t hidden, WeightPicker* picker);
void FillCrf(const KerasLayer& layer, WeightPicker* picker);

}  // namespace tiqu::keras
