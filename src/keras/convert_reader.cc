#include "keras/convert_reader.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/status.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "keras/fill_layers.h"
#include "keras/recognise.h"

namespace tiqu::keras {
namespace {

constexpr size_t kMostConvolutions = 64;  // of one stack; ModelSpec says the same

// "encode_3" -> 3; -1 when the name is not of that stack.
int NumberInStack(const std::string& name, std::string_view stack) {
  if (!name.starts_with(stack) || name.size() <= stack.size() + 1 || name[stack.size()] != '_') return -1;
  const std::string digits = name.substr(stack.size() + 1);
  if (digits.size() > 4 || digits.find_first_not_of("0123456789") != std::string::npos) return -1;
  return std::stoi(digits);
}

// The dilation that the layer's configuration gives, if any.
std::optional<int> ConfiguredRate(const KerasLayer& layer) {
  for (const char* name : {"rate", "dilation_rate", "dilation"}) {
    if (!layer.config.is_object() || !layer.config.contains(name)) continue;
    const nlohmann::json& field = layer.config[name];
    const nlohmann::json& value = field.is_array() && field.size() == 1 ? field[0] : field;
    if (value.is_number_integer() && value >= 1 && value <= 1 << 14) return value.get<int>();
  }
  return std::nullopt;
}

class ReaderConverter {
 public:
  ReaderConverter(const KerasFile& file, const ConvertOptions& options)
      : file_(file), options_(options), picker_(&result_.weights) {}

  absl::StatusOr<ConvertedReader> Convert();

 private:
  using Stack = std::vector<const KerasLayer*>;

  std::vector<const KerasLayer*> All(LayerKind kind) const;
  // The only layer of its kind, or null with a problem. `needed`: none is a problem, too.
  const KerasLayer* One(LayerKind kind, const std::string& tiqu, bool needed);
  void SplitStacks(Stack* encoder, Stack* model);
  bool SplitByNames(const Stack& all, Stack* encoder, Stack* model);
  void FillStack(const Stack& stack, const std::string& name, const std::vector<int>& given, std::vector<int>* rates);
  void CheckShared(const KerasLayer& layer);
  void FillWords();
  void FillFeatures(bool takes_features);
  void CheckFinite();
  void AddNotes();

  const KerasFile& file_;
  const ConvertOptions& options_;
  Recognised recognised_;
  ConvertedReader result_;
  WeightPicker picker_;
};

std::vector<const KerasLayer*> ReaderConverter::All(LayerKind kind) const {
  std::vector<const KerasLayer*> layers;
  for (const RecognisedLayer& found : recognised_.layers) {
    if (found.kind == kind) layers.push_back(found.layer);
  }
  return layers;
}

const KerasLayer* ReaderConverter::One(LayerKind kind, const std::string& tiqu, bool needed) {
  const std::vector<const KerasLayer*> layers = All(kind);
  if (layers.size() > 1) {
    picker_.AddProblem(fmt::format("{} layers of class {} ({}, {}{}), the reader has one", layers.size(),
                                   KindText(kind), layers[0]->name, layers[1]->name, layers.size() > 2 ? ", ..." : ""));
    return nullptr;
  }
  if (layers.empty()) {
    if (needed) picker_.AddProblem(fmt::format("no layer of class {}", KindText(kind)));
    return nullptr;
  }
  result_.layers.push_back({tiqu, layers[0]->name});
  return layers[0];
}

// True when every one is called encode_N or model_N.
bool ReaderConverter::SplitByNames(const Stack& all, Stack* encoder, Stack* model) {
  for (const KerasLayer* layer : all) {
    if (NumberInStack(layer->name, "encode") >= 0) {
      encoder->push_back(layer);
    } else if (NumberInStack(layer->name, "model") >= 0) {
      model->push_back(layer);
    } else {
      encoder->clear();
      model->clear();
      return false;
    }
  }
  const auto sort = [](std::string_view name, Stack* stack) {
    std::stable_sort(stack->begin(), stack->end(), [name](const KerasLayer* a, const KerasLayer* b) {
      return NumberInStack(a->name, name) < NumberInStack(b->name, name);
    });
  };
  sort("encode", encoder);
  sort("model", model);
  return true;
}

void ReaderConverter::SplitStacks(Stack* encoder, Stack* model) {
  const Stack all = All(LayerKind::kConvolution);
  if (SplitByNames(all, encoder, model)) return;
  if (file_.in_graph_order) {
    bool merged = false;
    for (const RecognisedLayer& found : recognised_.layers) {
      merged = merged || found.kind == LayerKind::kMergedContext;
      if (found.kind == LayerKind::kConvolution) (merged ? model : encoder)->push_back(found.layer);
    }
    return;
  }
  const size_t count = options_.encoder_rates.size();
  if (count == 0 || count + options_.model_rates.size() != all.size()) {
    picker_.AddProblem(
        fmt::format("{} layers of DilatedGatedConv1D without a word of which encode and which follow "
                    "MergedContext: give rates for {} layers in all, not {} and {}",
                    all.size(), all.size(), count, options_.model_rates.size()));
    return;
  }
  encoder->assign(all.begin(), all.begin() + static_cast<int64_t>(count));
  model->assign(all.begin() + static_cast<int64_t>(count), all.end());
}

void ReaderConverter::FillStack(const Stack& stack, const std::string& name, const std::vector<int>& given,
                                std::vector<int>* rates) {
  rates->clear();
  if (stack.empty() || stack.size() > kMostConvolutions) {
    picker_.AddProblem(fmt::format("{} layers of DilatedGatedConv1D {} MergedContext, limits 1 to {}", stack.size(),
                                   name == "encode" ? "before" : "after", kMostConvolutions));
    return;
  }
  const bool all_configured = std::all_of(stack.begin(), stack.end(),
                                          [](const KerasLayer* layer) { return ConfiguredRate(*layer).has_value(); });
  if (!given.empty() && given.size() != stack.size() && !(all_configured && options_.rates_are_defaults)) {
    picker_.AddProblem(fmt::format("{} rates are given for {} layers {}_0, ...", given.size(), stack.size(), name));
    return;
  }
  for (size_t i = 0; i < stack.size(); ++i) {
    const std::string tiqu = fmt::format("{}_{}", name, i);
    result_.layers.push_back({tiqu, stack[i]->name});
    FillConvolution(*stack[i], tiqu, recognised_.hidden, &result_.weights, &picker_);
    const std::optional<int> configured = ConfiguredRate(*stack[i]);
    if (!configured && given.empty()) {
      picker_.AddProblem(fmt::format("the dilation rate of {} is not in the file and must be given", stack[i]->name));
    } else if (configured && !given.empty() && !options_.rates_are_defaults && *configured != given[i]) {
      picker_.AddProblem(fmt::format("the dilation rate of {} is {} in the file, but {} is given", stack[i]->name,
                                     *configured, given[i]));
    }
    rates->push_back(configured ? *configured : given.empty() ? 1 : given[i]);
  }
}

// Question and passage go through the same layer.
void ReaderConverter::CheckShared(const KerasLayer& layer) {
  if (layer.calls != 1) return;
  picker_.AddProblem(
      fmt::format("layer {} is called once: question and passage must share embedding and encoder", layer.name));
}

void ReaderConverter::FillWords() {
  model::ModelSpec& spec = result_.spec;
  if (spec.word_vectors) return;
  for (const KerasLayer* layer : All(LayerKind::kMatchFeatures)) {
    for (const KerasWeight& weight : layer->weights) {
      const bool words = weight.name.find("word") != std::string::npos || &weight == &layer->weights.back();
      if (!words || weight.array.shape.size() != 1 || weight.array.shape[0] > 1 << 24) continue;
      spec.word_vocab_size = static_cast<int>(weight.array.shape[0]);
    }
  }
  if (spec.word_vocab_size == 0) spec.word_vocab_size = std::max(options_.word_vocab_size, 2);
  FillWithoutWordVectors(&picker_, &spec);
}

void ReaderConverter::FillFeatures(bool takes_features) {
  model::ModelSpec& spec = result_.spec;
  const KerasLayer* layer = One(LayerKind::kMatchFeatures, "match_features", /*needed=*/false);
  spec.match_features = layer != nullptr && !layer->weights.empty() && takes_features;
  if (layer != nullptr && !layer->weights.empty()) {
    FillMatchFeatures(*layer, spec, &picker_);
    return;
  }
  if (takes_features && !options_.no_match_features && picker_.ok()) {
    picker_.AddProblem(
        "MergedContext takes features, but no MatchFeatures has char_idf and word_idf; when all its features are zero, "
        "say "
        "so with --no-features");
  }
  picker_.Zero("match_features/char_idf", {spec.char_vocab_size});
  picker_.Zero("match_features/word_idf", {spec.word_vocab_size});
}

void ReaderConverter::CheckFinite() {
  for (const auto& [name, weight] : result_.weights) {
    const auto& values = weight.values;
    if (std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); })) continue;
    picker_.AddProblem(fmt::format("{} has a value that is not finite in float32", name));
  }
}

void ReaderConverter::AddNotes() {
  if (!recognised_.bystanders.empty()) {
    result_.notes.push_back(fmt::format("taken for parts of the layers above, as they have no weights: {}",
                                        fmt::join(recognised_.bystanders, ", ")));
  }
  if (!result_.spec.crf) result_.notes.push_back("the file has no CRF: answers are read off the probabilities alone");
}

absl::StatusOr<ConvertedReader> ReaderConverter::Convert() {
  TIQU_ASSIGN_OR_RETURN(recognised_, RecogniseLayers(file_));
  model::ModelSpec& spec = result_.spec;
  const int64_t d = recognised_.hidden;
  if (d > 1 << 14) return absl::InvalidArgumentError(fmt::format("hidden is {}, limit {}", d, 1 << 14));
  spec.hidden = static_cast<int>(d);

  Stack encoder;
  Stack model;
  SplitStacks(&encoder, &model);
  for (const KerasLayer* layer : encoder) CheckShared(*layer);
  if (!encoder.empty() || !model.empty()) {
    FillStack(encoder, "encode", options_.encoder_rates, &spec.encoder_rates);
    FillStack(model, "model", options_.model_rates, &spec.model_rates);
  }
  if (const KerasLayer* layer = One(LayerKind::kMixEmbedding, "mix_embedding", true)) {
    CheckShared(*layer);
    FillMixEmbedding(*layer, &result_.weights, &picker_, &spec);
    FillWords();
  }
  if (const KerasLayer* layer = One(LayerKind::kSimilarity, "similarity", true)) {
    FillSimilarity(*layer, d, &result_.weights, &picker_);
  }
  bool takes_features = true;
  if (const KerasLayer* layer = One(LayerKind::kMergedContext, "merged_context", true)) {
    FillMergedContext(*layer, d, &result_.weights, &picker_, &takes_features);
  }
  if (const KerasLayer* layer = One(LayerKind::kAnswer, "answer", true)) FillAnswer(*layer, d, &picker_);
  const KerasLayer* crf = One(LayerKind::kCrf, "crf", false);
  spec.crf = crf != nullptr && !crf->weights.empty();
  if (spec.crf) FillCrf(*crf, &picker_);
  FillFeatures(takes_features);
  if (picker_.ok()) CheckFinite();
  TIQU_RETURN_IF_ERROR(picker_.status());
  TIQU_RETURN_IF_ERROR(spec.Validate());

  // What training alone needs.
  for (const model::WeightShape& weight : model::WeightShapes(spec)) {
    if (!weight.in_graph && !result_.weights.contains(weight.name)) picker_.Zero(weight.name, weight.shape);
  }
  TIQU_RETURN_IF_ERROR(model::CheckWeights(spec, result_.weights));
  AddNotes();
  return std::move(result_);
}

}  // namespace

absl::StatusOr<ConvertedReader> ConvertReader(const KerasFile& file, const ConvertOptions& options) {
  return ReaderConverter(file, options).Convert();
}

}  // namespace tiqu::keras
