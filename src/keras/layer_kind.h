// Which of Tiqu's layers a Keras class, or a name that Keras made from it, stands for.
//
//   KindOfName("DilatedGatedConv1D"), KindOfName("dilated_gated_conv1d_3")    // both LayerKind::kConvolution
//
// Thread safety: free functions without state.
#pragma once

#include <string_view>

namespace tiqu::keras {

enum class LayerKind {
  kUnknown,
  kMixEmbedding,
  kConvolution,
  kSimilarity,
  kC2QAttention,
  kQ2CAttention,
  kMatchFeatures,
  kMergedContext,
  kAnswer,
  kCrf,
  kSpan,
};

// Without regard to case, underscores and a number at the end ("_3"). kUnknown for all others.
LayerKind KindOfName(std::string_view name);

// The class as docs/model.md names it, such as "MixEmbedding".
std::string_view KindText(LayerKind kind);

// True for classes of Keras that change nothing when a model answers: InputLayer, Dropout, ...
bool DoesNothingWhenAnswering(std::string_view class_name);

}  // namespace tiqu::keras
