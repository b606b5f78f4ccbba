#include "decode/entities.h"

namespace tiqu::decode {
namespace {

// Which tags would make a span longer that ends with `last`: in BIO it ends where the next character is not inside,
// BIOES says so itself.
std::vector<uint8_t> ContinuationsOf(const model::TagSet& tags, int last) {
  std::vector<uint8_t> goes_on(static_cast<size_t>(tags.size()), 0);
  for (int tag = 0; tag < tags.size(); ++tag) {
    goes_on[static_cast<size_t>(tag)] = tags.MayFollow(last, tag) && !tags.MayBegin(tag) ? 1 : 0;
  }
  return goes_on;
}

}  // namespace

std::vector<TaggedSpan> FindEntities(const LinearChain& chain, const model::TagSet& tags,
                                     std::span<const float> logits) {
  std::vector<TaggedSpan> entities;
  const std::vector<model::TagSpan> spans = tags.Decode(chain.BestPath(logits));
  if (spans.empty()) return entities;
  const ChainSums sums = chain.Sum(logits);
  std::vector<std::vector<uint8_t>> continuations(static_cast<size_t>(tags.size()));  // of each last tag that came
  for (const model::TagSpan& span : spans) {
    const auto length = static_cast<size_t>(span.end - span.begin);
    const std::vector<uint16_t> path = tags.Encode({{0, span.end - span.begin, span.type}}, length);
    std::vector<uint8_t>& goes_on = continuations[path.back()];
    if (goes_on.empty()) goes_on = ContinuationsOf(tags, path.back());
    const double score = chain.PathProbability(sums, static_cast<size_t>(span.begin), path, goes_on);
    entities.push_back({span.begin, span.end, span.type, static_cast<float>(score)});
  }
  return entities;
}

}  // namespace tiqu::decode
