#include "engine/fused/register.h"

#include "absl/strings/str_cat.h"
#include "engine/fused/layer.h"
#include "engine/op_registry.h"

namespace tiqu::engine {

void RegisterFusedLayers(OpRegistry& registry) {
  const auto add = [&registry](const char* layer, OpFactory factory) {
    registry.Add(absl::StrCat(kFusedPrefix, layer), factory);
  };
  add("MixEmbedding", MakeMixEmbedding);
  add("NgramEmbedding", MakeNgramEmbedding);
  add("DilatedGatedConv1D", MakeDilatedGatedConv1D);
  add("Similarity", MakeSimilarity);
  add("C2QAttention", MakeC2QAttention);
  add("Q2CAttention", MakeQ2CAttention);
  add("MatchFeatures", MakeMatchFeatures);
  add("MergedContext", MakeMergedContext);
  add("Answer", MakeAnswer);
}

}  // namespace tiqu::engine
