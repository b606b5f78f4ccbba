#include "keras/fill_layers.h"

#include <algorithm>

#include "fmt/format.h"
#include "keras/recognise.h"

namespace tiqu::keras {
namespace {

constexpr int64_t kTags = model::kTagCount;
constexpr int64_t kLargestSize = 1 << 24;  // as ModelSpec has it

int ToSize(int64_t size, const std::string& what, WeightPicker* picker) {
  if (size >= 1 && size <= kLargestSize) return static_cast<int>(size);
  picker->AddProblem(fmt::format("{} is {}, limits 1 to {}", what, size, kLargestSize));
  return 1;
}

int64_t LastSize(const KerasWeight* weight) { return weight->array.shape.back(); }

struct EmbeddingTables {
  const KerasWeight* chars = nullptr;
  const KerasWeight* vectors = nullptr;
  const KerasWeight* projection = nullptr;
  const KerasWeight* positions = nullptr;
};

// What names do not tell, shapes do: the table of another width is that of the vectors, a matrix that takes this width
// is the projection, and of what is left the first is of characters.
EmbeddingTables FindTables(LayerWeights* from, int64_t d) {
  EmbeddingTables tables;
  tables.positions = from->Take(2, {"pos"});
  tables.projection = from->Take(2, {"proj", "dense", "kernel"});
  tables.chars = from->Take(2, {"char"});
  tables.vectors = from->Take(2, {"word", "vec"});
  for (const KerasWeight* weight : std::vector<const KerasWeight*>(from->left())) {
    if (weight->array.shape.size() != 2) continue;
    if (tables.vectors == nullptr && LastSize(weight) != d) tables.vectors = from->TakeShape(weight->array.shape);
  }
  if (tables.vectors != nullptr && tables.projection == nullptr && LastSize(tables.vectors) != d) {
    tables.projection = from->TakeShape({LastSize(tables.vectors), d});
  }
  if (tables.chars == nullptr) tables.chars = from->Take(2);
  if (tables.positions == nullptr) tables.positions = from->Take(2);
  return tables;
}

// A projection's bias is added to every character, as is its row of the characters' table.
void FoldBias(const LayerWeights& from, const KerasWeight* bias, int64_t d, model::WeightMap* weights,
              WeightPicker* picker) {
  picker->Put("bias", from.layer(), bias, {d});
  const auto folded = weights->extract("bias");
  const auto table = weights->find("mix_embedding/char_embeddings");
  if (folded.empty() || table == weights->end()) return;
  const std::vector<float>& added = folded.mapped().values;
  std::vector<float>& values = table->second.values;
  for (size_t i = 0; i < values.size(); ++i) values[i] += added[i % added.size()];
}

void PutIdentity(const std::string& name, int64_t d, model::WeightMap* weights) {
  model::WeightTensor identity{{d, d}, std::vector<float>(static_cast<size_t>(d * d), 0.0F)};
  for (int64_t i = 0; i < d; ++i) identity.values[static_cast<size_t>(i * d + i)] = 1.0F;
  (*weights)[name] = std::move(identity);
}

// [rows, a] and [rows, b] side by side.
model::WeightTensor SideBySide(const model::WeightTensor& left, const model::WeightTensor& right) {
  model::WeightTensor joined{left.shape, {}};
  joined.shape.back() += right.shape.back();
  const auto a = static_cast<size_t>(left.shape.back());
  const auto b = static_cast<size_t>(right.shape.back());
  for (size_t row = 0; row * a < left.values.size(); ++row) {
    const auto from_left = left.values.begin() + static_cast<int64_t>(row * a);
    const auto from_right = right.values.begin() + static_cast<int64_t>(row * b);
    joined.values.insert(joined.values.end(), from_left, from_left + static_cast<int64_t>(a));
    joined.values.insert(joined.values.end(), from_right, from_right + static_cast<int64_t>(b));
  }
  return joined;
}

void JoinHalves(const std::string& name, model::WeightMap* weights) {
  const auto value = weights->extract(name + "_value");
  const auto gate = weights->extract(name + "_gate");
  if (!value.empty() && !gate.empty()) (*weights)[name] = SideBySide(value.mapped(), gate.mapped());
}

}  // namespace

void FillMixEmbedding(const KerasLayer& layer, model::WeightMap* weights, WeightPicker* picker,
                      model::ModelSpec* spec) {
  const int64_t d = spec->hidden;
  LayerWeights from(&layer);
  const EmbeddingTables tables = FindTables(&from, d);
  if (tables.chars != nullptr) {
    spec->char_vocab_size = ToSize(tables.chars->array.shape[0], "the number of characters", picker);
  }
  picker->Put("mix_embedding/char_embeddings", layer, tables.chars, {spec->char_vocab_size, d});

  spec->max_position = 1;
  if (tables.positions != nullptr) {
    spec->max_position = ToSize(tables.positions->array.shape[0], "the number of positions", picker);
  }
  picker->PutOrZero("mix_embedding/position_embeddings", layer, tables.positions, {spec->max_position, d});

  spec->word_vectors = tables.vectors != nullptr;
  if (tables.vectors != nullptr) {
    spec->word_vocab_size = ToSize(tables.vectors->array.shape[0], "the number of words", picker);
    spec->word_dim = ToSize(LastSize(tables.vectors), "the width of word vectors", picker);
    picker->Put("mix_embedding/word_vectors", layer, tables.vectors, {spec->word_vocab_size, spec->word_dim});
    if (tables.projection == nullptr && spec->word_dim == d) {
      if (picker->ok()) PutIdentity("mix_embedding/word_projection", d, weights);  // else d is not to be trusted
    } else {
      picker->Put("mix_embedding/word_projection", layer, tables.projection, {spec->word_dim, d});
    }
    if (const KerasWeight* bias = from.Take(1, {"bias", "proj", "dense"})) FoldBias(from, bias, d, weights, picker);
  } else if (tables.projection != nullptr) {
    picker->AddProblem(fmt::format("{} has a projection {}, but no word vectors", layer.name,
                                   ShapeText(tables.projection->array.shape)));
  }
  picker->Finish(from);
}

void FillWithoutWordVectors(WeightPicker* picker, model::ModelSpec* spec) {
  spec->word_dim = 1;
  picker->Zero("mix_embedding/word_vectors", {spec->word_vocab_size, spec->word_dim});
  picker->Zero("mix_embedding/word_projection", {spec->word_dim, spec->hidden});
}

void FillConvolution(const KerasLayer& layer, const std::string& name, int64_t hidden, model::WeightMap* weights,
                     WeightPicker* picker) {
  LayerWeights from(&layer);
  const std::string kernel_name = name + "/kernel";
  const std::string bias_name = name + "/bias";
  const KerasWeight* gate = from.Take(3, {"gate"});
  const KerasWeight* kernel = from.Take(3);
  // A gate that has the only kernel is the whole: the layer's own name says "gate".
  if (kernel == nullptr) std::swap(gate, kernel);
  if (gate == nullptr) {
    picker->Put(kernel_name, layer, kernel, {3, hidden, 2 * hidden});
    picker->PutOrZero(bias_name, layer, from.Take(1), {2 * hidden});
  } else {
    const KerasWeight* gate_bias = from.Take(1, {"gate"});
    picker->Put(kernel_name + "_value", layer, kernel, {3, hidden, hidden});
    picker->Put(kernel_name + "_gate", layer, gate, {3, hidden, hidden});
    picker->PutOrZero(bias_name + "_value", layer, from.Take(1), {hidden});
    picker->PutOrZero(bias_name + "_gate", layer, gate_bias, {hidden});
    JoinHalves(kernel_name, weights);
    JoinHalves(bias_name, weights);
  }
  picker->Finish(from);
}

void FillSimilarity(const KerasLayer& layer, int64_t hidden, model::WeightMap* weights, WeightPicker* picker) {
  LayerWeights from(&layer);
  constexpr char kName[] = "similarity/kernel";
  from.TakeShape({1});  // a bias: the same for every pair, so that neither softmax sees it
  if (from.left().size() != 3) {
    const KerasWeight* kernel = from.left().empty() ? nullptr : from.Take(from.left()[0]->array.shape.size());
    picker->Put(kName, layer, kernel, {3 * hidden, 1});
  } else {
    // Three vectors, in the order of their names: w1, w2, w3.
    std::vector<const KerasWeight*> parts = from.left();
    std::sort(parts.begin(), parts.end(), [](const KerasWeight* a, const KerasWeight* b) { return a->name < b->name; });
    model::WeightTensor joined{{3 * hidden, 1}, {}};
    for (const KerasWeight* part : parts) {
      picker->Put(kName, layer, from.TakeShape(part->array.shape), {hidden, 1});
      const auto taken = weights->extract(kName);
      if (taken.empty()) continue;
      joined.values.insert(joined.values.end(), taken.mapped().values.begin(), taken.mapped().values.end());
    }
    (*weights)[kName] = std::move(joined);
  }
  picker->Finish(from);
}

void FillMatchFeatures(const KerasLayer& layer, const model::ModelSpec& spec, WeightPicker* picker) {
  LayerWeights from(&layer);
  const KerasWeight* chars = from.Take(1, {"char"});
  const KerasWeight* words = from.Take(1, {"word"});
  if (chars == nullptr) chars = from.Take(1);
  if (words == nullptr) words = from.Take(1);
  picker->Put("match_features/char_idf", layer, chars, {spec.char_vocab_size});
  picker->Put("match_features/word_idf", layer, words, {spec.word_vocab_size});
  picker->Finish(from);
}

void FillMergedContext(const KerasLayer& layer, int64_t hidden, model::WeightMap* weights, WeightPicker* picker,
                       bool* takes_features) {
  LayerWeights from(&layer);
  constexpr char kName[] = "merged_context/kernel";
  const std::vector<int64_t> shape = {4 * hidden + model::kFeatureCount, hidden};
  const KerasWeight* plain = from.TakeShape({4 * hidden, hidden});
  *takes_features = plain == nullptr;
  if (plain == nullptr) {
    picker->Put(kName, layer, from.Take(2), shape);
  } else {
    picker->Put(kName, layer, plain, {4 * hidden, hidden});
    const auto kernel = weights->find(kName);
    if (kernel != weights->end()) {
      kernel->second.shape = shape;
      kernel->second.values.resize(static_cast<size_t>(shape[0] * shape[1]), 0.0F);
    }
  }
  picker->PutOrZero("merged_context/bias", layer, from.Take(1), {hidden});
  picker->Finish(from);
}

void FillAnswer(const KerasLayer& layer, int64_t hidden, WeightPicker* picker) {
  LayerWeights from(&layer);
  const KerasWeight* hidden_kernel = from.Take(2, {"hidden"});
  const KerasWeight* hidden_bias = from.Take(1, {"hidden"});
  if (hidden_kernel == nullptr && from.left().size() > 1) hidden_kernel = from.TakeShape({hidden, hidden});
  if (hidden_bias == nullptr) hidden_bias = from.TakeShape({hidden});
  picker->Put("answer/hidden_kernel", layer, hidden_kernel, {hidden, hidden});
  picker->PutOrZero("answer/hidden_bias", layer, hidden_bias, {hidden});
  picker->Put("answer/kernel", layer, from.Take(2), {hidden, kTags});
  picker->PutOrZero("answer/bias", layer, from.Take(1), {kTags});
  picker->Finish(from);
}

void FillCrf(const KerasLayer& layer, WeightPicker* picker) {
  LayerWeights from(&layer);
  picker->Put("crf/transitions", layer, from.Take(2), {kTags, kTags});
  picker->PutOrZero("crf/end", layer, from.Take(1, {"end", "right"}), {kTags});
  picker->PutOrZero("crf/begin", layer, from.Take(1), {kTags});
  picker->Finish(from);
}

}  // namespace tiqu::keras
