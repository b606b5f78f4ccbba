#include "serving/batching/batch_padding.h"

#include <algorithm>

#include "fmt/format.h"

namespace tiqu::serving {
namespace {

constexpr size_t kMostPaddedDimensions = 6;

bool IsReaderText(const std::string& name) {
  return name == "q1_in" || name == "q2_in" || name == "p1_in" || name == "p2_in" || name == "pos_in";
}

bool HasRows(const engine::TensorSpec& spec) { return spec.unknown_rank || (!spec.shape.empty() && spec.shape[0] < 0); }

bool HasElements(const Shape& shape) {
  return std::all_of(shape.begin(), shape.end(), [](int64_t size) { return size > 0; });
}

}  // namespace

MaskedPadding ReaderPadding(const engine::Signature& signature) {
  MaskedPadding masked;
  for (const auto& [name, spec] : signature.inputs) {
    if (IsReaderText(name)) {
      masked.inputs.insert(name);
    } else if (name != "k1_in" && name != "k2_in") {
      return {};
    }
  }
  masked.length_input = "p1_in";
  return masked.inputs.contains(masked.length_input) ? masked : MaskedPadding();
}

bool CanBatch(const engine::Signature& signature) {
  const auto has_rows = [](const auto& entry) { return HasRows(entry.second); };
  return !signature.inputs.empty() && std::all_of(signature.inputs.begin(), signature.inputs.end(), has_rows) &&
         std::all_of(signature.outputs.begin(), signature.outputs.end(), has_rows);
}

std::string ShapeKey(const TensorMap& inputs, const MaskedPadding& masked, bool pads) {
  std::string key;
  for (const auto& [name, tensor] : inputs) {
    const Shape& shape = tensor.shape();
    key += fmt::format("{}:{}:{}", name, static_cast<int>(tensor.type()), shape.size());
    if (masked.inputs.contains(name) && shape.size() == 2) continue;
    if (pads && masked.inputs.empty() && shape.size() <= kMostPaddedDimensions && HasElements(shape)) continue;
    for (size_t d = 1; d < shape.size(); ++d) key += fmt::format(",{}", shape[d]);
  }
  return key;
}

}  // namespace tiqu::serving
