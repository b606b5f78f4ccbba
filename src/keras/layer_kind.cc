#include "keras/layer_kind.h"

#include <string>
#include <utility>

namespace tiqu::keras {
namespace {

constexpr std::pair<LayerKind, std::string_view> kKinds[] = {
    {LayerKind::kMixEmbedding, "MixEmbedding"},
    {LayerKind::kConvolution, "DilatedGatedConv1D"},
    {LayerKind::kSimilarity, "Similarity"},
    {LayerKind::kC2QAttention, "C2QAttention"},
    {LayerKind::kQ2CAttention, "Q2CAttention"},
    {LayerKind::kMatchFeatures, "MatchFeatures"},
    {LayerKind::kMergedContext, "MergedContext"},
    {LayerKind::kAnswer, "Answer"},
    {LayerKind::kCrf, "CRF"},
    {LayerKind::kSpan, "Span"},
};

// "dilated_gated_conv1d_3" -> "dilatedgatedconv1d".
std::string PlainName(std::string_view name) {
  const size_t end = name.find_last_not_of("0123456789");
  if (end != std::string_view::npos && end + 1 < name.size() && name[end] == '_') name = name.substr(0, end);
  std::string plain;
  for (const char c : name) {
    if (c != '_') plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return plain;
}

}  // namespace

LayerKind KindOfName(std::string_view name) {
  const std::string plain = PlainName(name);
  for (const auto& [kind, text] : kKinds) {
    if (PlainName(text) == plain) return kind;
  }
  return LayerKind::kUnknown;
}

std::string_view KindText(LayerKind kind) {
  for (const auto& [known, text] : kKinds) {
    if (known == kind) return text;
  }
  return "unknown";
}

bool DoesNothingWhenAnswering(std::string_view class_name) {
  for (const std::string_view known : {"InputLayer", "Dropout", "SpatialDropout1D", "GaussianDropout", "GaussianNoise",
                                       "AlphaDropout", "ActivityRegularization"}) {
    if (class_name == known) return true;
  }
  return false;
}

}  // namespace tiqu::keras
