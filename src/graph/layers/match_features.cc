// All columns are [batch, passage, 1]; e is [batch, passage, question].
#include "graph/layers/match_features.h"

#include "graph/shapes.h"

namespace tiqu::graph {
namespace {

constexpr int kUnknownId = 1;             // unknown characters match nothing
constexpr int kNearWindow = 5;            // characters to either side, feature 6
constexpr int kFarWindow = 20;            // feature 7
constexpr float kAnchorScale = 8.0F;      // distance at which features 9 and 10 have fallen to a half
constexpr float kSmallestWeight = 1e-6F;  // keeps an empty question from dividing by 0

// 1 where passage and question hold the same known id.
Output Matches(GraphBuilder& g, const Output& passage_ids, const Output& question_ids) {
  const Output same = g.Equal(g.ExpandDims(passage_ids, 2), g.ExpandDims(question_ids, 1));
  const Output known = g.Greater(g.ExpandDims(passage_ids, 2), g.Int(kUnknownId));
  return g.Cast(g.LogicalAnd(same, known), DataType::kFloat);
}

// out[t, j] = e[t + n, j + n], 0 beyond the ends.
Output Diagonal(GraphBuilder& g, const Output& e, int n) {
  const Output padded = g.Pad(e, {0, 0, 0, n, 0, n});
  const Output later = g.Slice(padded, 3, {.axis = 1, .begin = n, .end = 0});
  return g.Slice(later, 3, {.axis = 2, .begin = n, .end = 0});
}

// out[t] = column[t - n], 0 before the start.
Output Delayed(GraphBuilder& g, const Output& column, int n) {
  return g.Slice(g.Pad(column, {0, 0, n, 0, 0, 0}), 3, {.axis = 1, .begin = 0, .end = -n});
}

// Features 0 to 3: the character itself, its weight, runs of two and of three.
std::vector<Output> RunFeatures(GraphBuilder& g, const Output& e, const Output& weight) {
  const Output single = g.Max(e, 2, /*keep_dims=*/true);
  const Output pairs = g.Mul(e, Diagonal(g, e, 1));
  const Output triples = g.Mul(pairs, Diagonal(g, e, 2));
  const Output pair = g.Max(pairs, 2, /*keep_dims=*/true);
  const Output triple = g.Max(triples, 2, /*keep_dims=*/true);
  const Output in_triple = g.Maximum(g.Maximum(triple, Delayed(g, triple, 1)), Delayed(g, triple, 2));
  return {single, g.Mul(single, weight), g.Maximum(pair, Delayed(g, pair, 1)), in_triple};
}

// Features 6 and 7: how much of the question, by weight, stands within `window` characters.
Output Coverage(GraphBuilder& g, const Output& e, const Output& weights, int window) {
  const Output near = g.Squeeze(g.MaxPoolHeight(g.ExpandDims(e, 2), 2 * window + 1), 2);
  const Output found = g.BatchMatMul(near, g.ExpandDims(weights, 2), /*transpose_b=*/false);
  const Output total = g.ExpandDims(g.Sum(weights, 1, /*keep_dims=*/true), 2);  // [batch, 1, 1]
  return g.RealDiv(found, g.Maximum(total, g.Float(kSmallestWeight)));
}

// 8 / (8 + distance) where distance > 0, else 0.
Output Nearness(GraphBuilder& g, const Output& distance) {
  const Output ahead = g.Cast(g.Greater(distance, g.Float(0)), DataType::kFloat);
  const Output positive = g.Maximum(distance, g.Float(0));
  return g.Mul(g.RealDiv(g.Float(kAnchorScale), g.Add(g.Float(kAnchorScale), positive)), ahead);
}

// Features 8 to 11: within, after and before the anchor; there is one.
std::vector<Output> AnchorFeatures(GraphBuilder& g, const Output& ids, const Output& begin, const Output& end) {
  const Output length = g.Element(g.Shape(ids), 1);
  const Output t = g.Reshape(g.Cast(g.Range(g.Int(0), length, g.Int(1)), DataType::kFloat), g.Ints({1, -1, 1}));
  const Output first = g.ExpandDims(begin, 2);
  const Output last = g.ExpandDims(end, 2);
  const Output exists = g.Cast(g.GreaterEqual(first, g.Float(0)), DataType::kFloat);
  const Output inside = g.Cast(g.LogicalAnd(g.GreaterEqual(t, first), g.GreaterEqual(last, t)), DataType::kFloat);
  const Output after = Nearness(g, g.Sub(t, last));
  const Output before = Nearness(g, g.Sub(first, t));
  const Output everywhere = g.Add(g.Mul(t, g.Float(0)), exists);
  return {g.Mul(inside, exists), g.Mul(after, exists), g.Mul(before, exists), everywhere};
}

}  // namespace

Output MatchFeatures(GraphBuilder& g, std::string_view scope, const MatchFeaturesInputs& inputs) {
  const auto guard = g.Enter(scope, "MatchFeatures");
  const Output p1 = g.Role(inputs.passage_chars, "passage_chars");
  const Output p2 = g.Role(inputs.passage_words, "passage_words");
  const Output q1 = g.Role(inputs.question_chars, "question_chars");
  const Output q2 = g.Role(inputs.question_words, "question_words");
  const Output begin = g.Role(inputs.anchor_begin, "anchor_begin");
  const Output end = g.Role(inputs.anchor_end, "anchor_end");
  const Output passage_mask = g.Role(inputs.passage_mask, "passage_mask");
  const Output question_mask = g.Role(inputs.question_mask, "question_mask");
  const Output char_idf = g.Role(inputs.char_idf, "char_idf");
  const Output word_idf = g.Role(inputs.word_idf, "word_idf");

  const Output e = Matches(g, p1, q1);
  std::vector<Output> columns = RunFeatures(g, e, g.ExpandDims(g.Gather(char_idf, p1), 2));
  const Output word = g.Max(Matches(g, p2, q2), 2, /*keep_dims=*/true);
  columns.push_back(word);
  columns.push_back(g.Mul(word, g.ExpandDims(g.Gather(word_idf, p2), 2)));
  const Output question_weights = g.Mul(g.Gather(char_idf, q1), question_mask);
  columns.push_back(Coverage(g, e, question_weights, kNearWindow));
  columns.push_back(Coverage(g, e, question_weights, kFarWindow));
  for (const Output& column : AnchorFeatures(g, p1, begin, end)) columns.push_back(column);
  return g.LayerOutput(g.Mul(g.Concat(columns, 2), MaskColumn(g, passage_mask)));
}

}  // namespace tiqu::graph
