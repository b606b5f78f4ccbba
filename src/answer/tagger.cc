#include "answer/tagger.h"

#include <algorithm>
#include <new>
#include <utility>

#include "answer/byte_cursor.h"
#include "answer/load_vocabulary.h"
#include "base/status.h"
#include "decode/pieces.h"
#include "fmt/format.h"
#include "savedmodel/reader_files.h"
#include "savedmodel/saved_model.h"

namespace tiqu::answer {
namespace {

constexpr char kSignature[] = "infoext";

bool HasTensor(const std::map<std::string, engine::TensorSpec>& tensors, const char* name, DataType type) {
  const auto found = tensors.find(name);
  return found != tensors.end() && found->second.type == type;
}

absl::Status CheckSignature(const engine::Engine& engine) {
  const auto found = engine.signatures().find(kSignature);
  if (found == engine.signatures().end()) {
    return absl::FailedPreconditionError(fmt::format("there is no signature \"{}\"", kSignature));
  }
  const engine::Signature& signature = found->second;
  if (HasTensor(signature.inputs, "word_ids", DataType::kInt32) &&
      HasTensor(signature.inputs, "sequence_lengths", DataType::kInt32) &&
      HasTensor(signature.inputs, "dropout_pl", DataType::kFloat) && signature.inputs.size() == 3 &&
      HasTensor(signature.outputs, "logits", DataType::kFloat) &&
      HasTensor(signature.outputs, "transition_params", DataType::kFloat)) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(fmt::format(
      "the signature \"{}\" is not word_ids, sequence_lengths, dropout_pl -> logits, transition_params", kSignature));
}

// word_ids [rows, longest], padded with zeros.
engine::TensorMap MakeInputs(std::span<const WindowRow> rows) {
  int64_t width = 0;
  for (const WindowRow& row : rows) width = std::max<int64_t>(width, row.passage_chars());
  const auto count = static_cast<int64_t>(rows.size());
  Tensor ids(DataType::kInt32, {count, width});
  Tensor lengths(DataType::kInt32, {count});
  std::fill_n(ids.data<int32_t>(), ids.size(), text::kPadId);
  for (int64_t i = 0; i < count; ++i) {
    const WindowRow& row = rows[static_cast<size_t>(i)];
    std::copy_n(row.passage->char_ids.begin() + row.window.begin, row.passage_chars(), ids.data<int32_t>() + i * width);
    lengths.data<int32_t>()[i] = row.passage_chars();
  }
  return {{"word_ids", ids}, {"sequence_lengths", lengths}, {"dropout_pl", Tensor::Of<float>({}, {0.0F})}};
}

// The chain's scores: a signature gives them with any text.
absl::StatusOr<std::vector<float>> FetchTransitions(const engine::Engine& engine, int tags) {
  const engine::TensorMap inputs = {{"word_ids", Tensor::Of<int32_t>({1, 1}, {text::kUnknownId})},
                                    {"sequence_lengths", Tensor::Of<int32_t>({1}, {1})},
                                    {"dropout_pl", Tensor::Of<float>({}, {0.0F})}};
  TIQU_ASSIGN_OR_RETURN(const engine::TensorMap outputs, engine.Run(kSignature, inputs));
  const Tensor& logits = outputs.at("logits");
  const Tensor& transitions = outputs.at("transition_params");
  if (logits.shape() != Shape{1, 1, tags} || transitions.shape() != Shape{tags, tags}) {
    return absl::FailedPreconditionError(
        fmt::format("logits and transition_params are {} and {}, tiqu.json names {} tags",
                    ShapeToString(logits.shape()), ShapeToString(transitions.shape()), tags));
  }
  return std::vector<float>(transitions.data<float>(), transitions.data<float>() + transitions.size());
}

absl::Status CheckKind(const std::string& dir) {
  TIQU_ASSIGN_OR_RETURN(const model::ModelConfig config, savedmodel::ReadModelConfig(dir));
  if (config.spec.is_tagger()) return absl::OkStatus();
  return absl::FailedPreconditionError(fmt::format("{} is a {}, not a tagger", dir, config.spec.kind));
}

// Memory that does not suffice is that text's fault alone.
template <typename Function>
absl::Status OrRunOut(const Function& function) {
  try {
    return function();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("there is no memory for the text");
  }
}

std::vector<Entity> ToSource(std::vector<decode::TaggedSpan> spans, const text::NormalizedText& normalized,
                             std::string_view text, const std::vector<std::string>& types) {
  std::sort(spans.begin(), spans.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  std::vector<Entity> entities;
  ByteCursor cursor(text);
  for (const decode::TaggedSpan& span : spans) {
    Entity entity;
    entity.type = types[static_cast<size_t>(span.type)];
    entity.begin = normalized.begin[static_cast<size_t>(span.begin)];
    entity.end = normalized.end[static_cast<size_t>(span.end) - 1];
    entity.score = span.score;
    // Two characters that were one code point: the first entity keeps it.
    if (!entities.empty() && entity.begin < entities.back().end) continue;
    const size_t first_byte = cursor.ByteOf(entity.begin);
    entity.text = text.substr(first_byte, cursor.ByteOf(entity.end) - first_byte);
    entities.push_back(std::move(entity));
  }
  return entities;
}

}  // namespace

Tagger::Tagger(model::ModelConfig config, text::Tokenizer tokenizer, std::shared_ptr<const engine::Engine> engine,
               const TaggerOptions& options, model::TagSet tags, decode::LinearChain chain)
    : config_(std::move(config)),
      tokenizer_(std::move(tokenizer)),
      engine_(std::move(engine)),
      options_(options),
      tags_(std::move(tags)),
      chain_(std::move(chain)) {}

absl::StatusOr<std::shared_ptr<const Tagger>> Tagger::Load(const std::string& model_dir, const TaggerOptions& options) {
  TIQU_ASSIGN_OR_RETURN(const std::string dir, savedmodel::ResolveVersionDir(model_dir));
  TIQU_RETURN_IF_ERROR(CheckKind(dir));
  engine::EngineOptions engine_options;
  engine_options.precision = options.precision;
  TIQU_ASSIGN_OR_RETURN(std::shared_ptr<const engine::Engine> engine, engine::Engine::Load(dir, engine_options));
  return Load(dir, std::move(engine), options);
}

absl::StatusOr<std::shared_ptr<const Tagger>> Tagger::Load(const std::string& version_dir,
                                                           std::shared_ptr<const engine::Engine> engine,
                                                           const TaggerOptions& options) {
  TIQU_RETURN_IF_ERROR(CheckKind(version_dir));
  TIQU_ASSIGN_OR_RETURN(model::ModelConfig config, savedmodel::ReadModelConfig(version_dir));
  TIQU_ASSIGN_OR_RETURN(text::Vocabulary chars, LoadVocabulary(version_dir, savedmodel::kCharsAsset));
  const text::NormalizerOptions normalizer = {config.text.fold_compatibility, config.text.lower_case,
                                              config.text.to_simplified};
  // Words are looked up in the graph: texts need not be cut.
  text::Tokenizer tokenizer(normalizer, std::move(chars), text::Vocabulary(), {});
  auto tagger = Create(std::move(config), std::move(tokenizer), std::move(engine), options);
  if (!tagger.ok()) return Annotate(tagger.status(), version_dir);
  return tagger;
}

absl::StatusOr<std::shared_ptr<const Tagger>> Tagger::Create(model::ModelConfig config, text::Tokenizer tokenizer,
                                                             std::shared_ptr<const engine::Engine> engine,
                                                             const TaggerOptions& options) {
  TIQU_RETURN_IF_ERROR(CheckSignature(*engine));
  if (tokenizer.chars().size() != config.spec.char_vocab_size) {
    return absl::DataLossError(fmt::format("the character vocabulary has {} entries, tiqu.json says {}",
                                           tokenizer.chars().size(), config.spec.char_vocab_size));
  }
  TIQU_ASSIGN_OR_RETURN(model::TagSet tags, model::TagSet::Parse(config.spec.tags));
  TIQU_ASSIGN_OR_RETURN(const std::vector<float> transitions, FetchTransitions(*engine, tags.size()));
  decode::LinearChain chain(transitions, tags.size());
  return std::shared_ptr<const Tagger>(new Tagger(std::move(config), std::move(tokenizer), std::move(engine), options,
                                                  std::move(tags), std::move(chain)));
}

absl::StatusOr<text::EncodedText> Tagger::Encode(std::string_view text) const {
  TIQU_ASSIGN_OR_RETURN(text::EncodedText encoded, tokenizer_.Encode(text));
  if (encoded.char_ids.empty()) return absl::InvalidArgumentError("the text is empty");
  const int64_t chars = encoded.text.end.back();
  if (options_.max_text_chars > 0 && chars > options_.max_text_chars) {
    return absl::InvalidArgumentError(
        fmt::format("the text has {} characters, limit {}", chars, options_.max_text_chars));
  }
  return encoded;
}

absl::Status Tagger::RunBatch(std::span<const WindowRow> rows,
                              std::vector<std::vector<decode::TaggedSpan>>* spans) const {
  TIQU_ASSIGN_OR_RETURN(const engine::TensorMap outputs, engine_->Run(kSignature, MakeInputs(rows)));
  const Tensor& logits = outputs.at("logits");
  const auto tags = static_cast<size_t>(tags_.size());
  const auto width = static_cast<size_t>(logits.shape()[1]);
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::span<const float> scores(logits.data<float>() + i * width * tags,
                                        static_cast<size_t>(rows[i].passage_chars()) * tags);
    for (decode::TaggedSpan span : decode::FindEntities(chain_, tags_, scores)) {
      span.begin += rows[i].window.begin;
      span.end += rows[i].window.begin;
      (*spans)[rows[i].ask].push_back(span);
    }
  }
  return absl::OkStatus();
}

std::vector<TagResult> Tagger::TagAll(std::span<const std::string_view> texts, float threshold) const {
  static const text::EncodedText* const kNoQuestion = new text::EncodedText;
  std::vector<absl::StatusOr<text::EncodedText>> encoded(texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    const absl::Status status = OrRunOut([&] {
      encoded[i] = Encode(texts[i]);
      return absl::OkStatus();
    });
    if (!status.ok()) encoded[i] = status;
  }
  std::vector<WindowRow> rows;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (!encoded[i].ok()) continue;
    for (const decode::Piece& piece : decode::CutIntoPieces(encoded[i]->text.chars, config_.text.window_chars)) {
      WindowRow row;
      row.question = kNoQuestion;
      row.passage = &*encoded[i];
      row.window = {piece.begin, piece.end, piece.begin, piece.end};
      row.ask = i;
      rows.push_back(row);
    }
  }
  std::vector<absl::Status> failed(texts.size());
  std::vector<std::vector<decode::TaggedSpan>> spans(texts.size());
  for (const auto& [first, last] : PlanBatches(&rows, options_.batch)) {
    const std::span<const WindowRow> batch(rows.data() + first, last - first);
    const absl::Status status = OrRunOut([&] { return RunBatch(batch, &spans); });
    if (status.ok()) continue;
    for (const WindowRow& row : batch) failed[row.ask] = status;
  }
  std::vector<TagResult> results;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (!encoded[i].ok() || !failed[i].ok()) {
      results.emplace_back(encoded[i].ok() ? failed[i] : encoded[i].status());
      continue;
    }
    std::erase_if(spans[i], [&](const decode::TaggedSpan& span) { return span.score < threshold; });
    results.emplace_back(ToSource(std::move(spans[i]), encoded[i]->text, texts[i], types()));
  }
  return results;
}

}  // namespace tiqu::answer
