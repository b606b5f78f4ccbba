#include "graph/layers/mix_embedding.h"

#include "graph/shapes.h"

namespace tiqu::graph {
namespace {

Output EmbedWords(GraphBuilder& g, const WordTable& words, int64_t hidden) {
  const Output ids = g.Role(words.ids, "word_ids");
  const Output vectors = g.Gather(g.Role(words.vectors, "word_vectors"), ids);
  const Output projection = g.Role(words.projection, "word_projection");
  return Unrows(g, g.MatMul(Rows(g, vectors, words.word_dim), projection), ids, hidden);
}

Output EmbedPositions(GraphBuilder& g, const PositionTable& positions) {
  const Output ids = g.Role(positions.ids, "position_ids");
  const Output last = g.Int(static_cast<int32_t>(positions.max_position - 1));
  const Output clamped = g.Minimum(g.Maximum(ids, g.Int(0)), last);
  return g.Gather(g.Role(positions.vectors, "position_embeddings"), clamped);
}

}  // namespace

Output MixEmbedding(GraphBuilder& g, std::string_view scope, const MixEmbeddingInputs& inputs) {
  const auto guard = g.Enter(scope, "MixEmbedding");
  const Output char_ids = g.Role(inputs.char_ids, "char_ids");
  const Output mask = g.Role(inputs.mask, "mask");
  Output sum = g.Gather(g.Role(inputs.char_embeddings, "char_embeddings"), char_ids);
  if (inputs.words) sum = g.Add(sum, EmbedWords(g, *inputs.words, inputs.hidden));
  if (inputs.positions) sum = g.Add(sum, EmbedPositions(g, *inputs.positions));
  return g.LayerOutput(g.Mul(sum, MaskColumn(g, mask)));
}

}  // namespace tiqu::graph
