#include "train/starting_model.h"

#include <algorithm>

#include "base/status.h"
#include "fmt/format.h"

namespace tiqu::train {
namespace {

absl::StatusOr<text::Vocabulary> DecodeVocabulary(const checkpoint::Checkpoint& checkpoint, const char* name,
                                                  int size) {
  const auto file = checkpoint.files.find(name);
  if (file == checkpoint.files.end()) return absl::DataLossError(fmt::format("there is no vocabulary {}", name));
  absl::StatusOr<text::Vocabulary> vocabulary = text::Vocabulary::Decode(file->second);
  if (!vocabulary.ok()) return Annotate(vocabulary.status(), name);
  if (vocabulary->size() != size) {
    return absl::DataLossError(fmt::format("{} has {} entries, the weights have {}", name, vocabulary->size(), size));
  }
  return vocabulary;
}

}  // namespace

text::NormalizerOptions StartingModel::normalizer_options() const {
  const model::TextSettings& text = checkpoint.config.text;
  return {text.fold_compatibility, text.lower_case, text.to_simplified};
}

torch::Tensor StartingModel::WordVectors() const {
  const bool tagger = checkpoint.config.spec.is_tagger();
  const model::WeightTensor& weight =
      checkpoint.weights.at(tagger ? "ngram_embedding/word_vectors" : "mix_embedding/word_vectors");
  torch::Tensor vectors = torch::empty(weight.shape);
  std::copy(weight.values.begin(), weight.values.end(), vectors.data_ptr<float>());
  return vectors;
}

IdfTables StartingModel::Idf(int32_t char_vocab) const {
  IdfTables idf = {checkpoint.weights.at("match_features/char_idf").values,
                   checkpoint.weights.at("match_features/word_idf").values};
  idf.chars.resize(static_cast<size_t>(char_vocab), 1.0F);
  return idf;
}

absl::StatusOr<StartingModel> LoadStartingModel(const std::string& path) {
  StartingModel start;
  TIQU_ASSIGN_OR_RETURN(start.checkpoint, checkpoint::Load(path));
  const model::ModelSpec& spec = start.checkpoint.config.spec;
  auto chars = DecodeVocabulary(start.checkpoint, "chars.txt", spec.char_vocab_size);
  if (!chars.ok()) return Annotate(chars.status(), path);
  auto words = DecodeVocabulary(start.checkpoint, "words.txt", spec.word_vocab_size);
  if (!words.ok()) return Annotate(words.status(), path);
  start.chars = *std::move(chars);
  start.words = *std::move(words);
  return start;
}

text::Vocabulary ExtendVocabulary(const text::Vocabulary& known, const text::Vocabulary& more) {
  std::vector<text::Vocabulary::Entry> entries;
  for (int32_t id = text::kUnknownId + 1; id < known.size(); ++id) entries.push_back(known.entry(id));
  for (int32_t id = text::kUnknownId + 1; id < more.size(); ++id) {
    if (known.Find(more.entry(id).text) == text::kUnknownId) entries.push_back(more.entry(id));
  }
  return text::Vocabulary::FromEntries(entries);
}

void CopyWeight(const StartingModel& start, const std::string& name, Parameters* parameters) {
  const std::vector<float>& values = start.checkpoint.weights.at(name).values;
  std::copy(values.begin(), values.end(), parameters->Get(name).data_ptr<float>());
}

void CopyWeights(const StartingModel& start, Parameters* parameters) {
  for (const auto& [name, weight] : start.checkpoint.weights) CopyWeight(start, name, parameters);
}

}  // namespace tiqu::train
