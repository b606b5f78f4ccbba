#include "graph/layers/ngram_embedding.h"

#include "graph/shapes.h"
#include "model/ngram_table.h"

namespace tiqu::graph {
namespace {

constexpr int kLongest = model::kLongestNgram;

Output Long(GraphBuilder& g, int64_t value) { return g.Constant(Tensor::Of<int64_t>({}, {value})); }

// The n-grams that begin at each character, for one n.
struct Ngrams {
  Output hash[2];  // int64 [batch, length]
  Output whole;    // int32: 1 where every character is there and known
};

// x[t + places], 0 behind the end; `places` may be negative.
Output Shifted(GraphBuilder& g, const Output& x, int places) {
  if (places == 0) return x;
  if (places > 0) return g.Slice(g.Pad(x, {0, 0, 0, places}), 2, {.axis = 1, .begin = places, .end = 0});
  return g.Slice(g.Pad(x, {0, 0, -places, 0}), 2, {.axis = 1, .begin = 0, .end = places});
}

Output IsKnown(GraphBuilder& g, const Output& ids) { return g.Cast(g.Greater(ids, g.Int(1)), DataType::kInt32); }

// Of 1 to kLongest characters.
std::vector<Ngrams> HashNgrams(GraphBuilder& g, const Output& char_ids) {
  const Output chars = g.Cast(char_ids, DataType::kInt64);
  std::vector<Ngrams> ngrams = {{{chars, chars}, IsKnown(g, char_ids)}};
  const Output prime = Long(g, model::kNgramPrime);
  for (int n = 1; n < kLongest; ++n) {
    const Ngrams& shorter = ngrams.back();
    const Output next = Shifted(g, char_ids, n);
    const Output next_long = g.Cast(next, DataType::kInt64);
    Ngrams longer;
    for (int i = 0; i < 2; ++i) {
      const Output raised = g.Mul(shorter.hash[i], Long(g, model::kNgramFactors[i]));
      longer.hash[i] = g.FloorMod(g.Add(raised, next_long), prime);
    }
    longer.whole = g.Mul(shorter.whole, IsKnown(g, next));
    ngrams.push_back(longer);
  }
  return ngrams;
}

// A table inside the scope.
struct Table {
  Output keys;
  Output ids;
  int64_t slots;
};

// What the table has at one of the two places of each n-gram, or 0.
Output LookUpHalf(GraphBuilder& g, const Table& table, const Ngrams& ngrams, int half) {
  const Output row = g.FloorMod(ngrams.hash[half], Long(g, table.slots));
  const Output place = half == 0 ? row : g.Add(row, Long(g, table.slots));
  const Output key = g.Cast(ngrams.hash[1 - half], DataType::kFloat);
  const Output found = g.Cast(g.Equal(g.Gather(table.keys, place), key), DataType::kFloat);
  return g.Mul(g.Gather(table.ids, place), found);
}

// int32 [batch, length]: the id of the n-gram that begins at each character, 0 for none.
Output LookUp(GraphBuilder& g, const Table& table, const Ngrams& ngrams) {
  const Output id = g.Maximum(LookUpHalf(g, table, ngrams, 0), LookUpHalf(g, table, ngrams, 1));
  return g.Mul(g.Cast(id, DataType::kInt32), ngrams.whole);
}

Output Sum(GraphBuilder& g, const std::vector<Output>& terms) {
  Output sum = terms[0];
  for (size_t i = 1; i < terms.size(); ++i) sum = g.Add(sum, terms[i]);
  return sum;
}

// Words that are the character alone, begin, end and go on at it, and a flag for each place of the latter three.
std::vector<Output> WordFeatures(GraphBuilder& g, const std::vector<Output>& words, const Output& vectors) {
  std::vector<Output> begins, ends, inside;
  for (int n = 2; n <= kLongest; ++n) {
    const Output& ids = words[static_cast<size_t>(n) - 1];
    begins.push_back(ids);
    ends.push_back(Shifted(g, ids, 1 - n));
    for (int k = 1; k < n - 1; ++k) inside.push_back(Shifted(g, ids, -k));
  }
  std::vector<Output> features = {g.Gather(vectors, words[0])};
  std::vector<Output> flags;
  for (const std::vector<Output>* places : {&begins, &ends, &inside}) {
    std::vector<Output> found;
    for (const Output& ids : *places) {
      found.push_back(g.Gather(vectors, ids));
      flags.push_back(g.ExpandDims(g.Cast(g.Greater(ids, g.Int(0)), DataType::kFloat), 2));
    }
    features.push_back(Sum(g, found));
  }
  features.insert(features.end(), flags.begin(), flags.end());
  return features;
}

}  // namespace

Output NgramEmbedding(GraphBuilder& g, std::string_view scope, const model::ModelSpec& spec,
                      const NgramEmbeddingInputs& inputs) {
  const auto guard = g.Enter(scope, "NgramEmbedding");
  const Output char_ids = g.Role(inputs.char_ids, "char_ids");
  const Output mask = g.Role(inputs.mask, "mask");
  const Output char_embeddings = g.Role(inputs.char_embeddings, "char_embeddings");
  const Table word_table = {g.Role(inputs.words.keys, "word_keys"), g.Role(inputs.words.ids, "word_ids"),
                            spec.word_slots};
  const Output vectors = g.Role(inputs.word_vectors, "word_vectors");
  const Table pair_table = {g.Role(inputs.bigrams.keys, "bigram_keys"), g.Role(inputs.bigrams.ids, "bigram_ids"),
                            spec.bigram_slots};
  const Output pair_vectors = g.Role(inputs.bigram_embeddings, "bigram_embeddings");
  const Output kernel = g.Role(inputs.kernel, "kernel");
  const Output bias = g.Role(inputs.bias, "bias");

  const std::vector<Ngrams> ngrams = HashNgrams(g, char_ids);
  std::vector<Output> words;
  for (const Ngrams& each : ngrams) words.push_back(LookUp(g, word_table, each));
  std::vector<Output> features = WordFeatures(g, words, vectors);
  const Output pairs = LookUp(g, pair_table, ngrams[1]);
  features.push_back(g.Gather(pair_vectors, pairs));
  features.push_back(g.Gather(pair_vectors, Shifted(g, pairs, -1)));
  const Output rows = DenseRows(g, g.Concat(features, 2), kernel, bias, model::NgramFeatureCount(spec));

  const Output is_known = g.Cast(g.Greater(g.Int(spec.known_chars), char_ids), DataType::kInt32);
  const Output unknown = g.Sub(g.Int(1), is_known);  // the id of "unknown" where it is
  const Output chars = g.Gather(char_embeddings, g.Add(g.Mul(char_ids, is_known), unknown));
  return g.LayerOutput(g.Mul(g.Add(chars, Unrows(g, rows, char_ids, spec.hidden)), MaskColumn(g, mask)));
}

}  // namespace tiqu::graph
