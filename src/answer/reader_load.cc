// Reader::Load: from a folder to a Reader.
#include <utility>

#include "answer/load_vocabulary.h"
#include "answer/reader.h"
#include "base/status.h"
#include "fmt/format.h"
#include "savedmodel/reader_files.h"
#include "savedmodel/saved_model.h"

namespace tiqu::answer {
namespace {

// What a reader's folder has beside the graph.
struct ReaderParts {
  model::ModelConfig config;
  text::Tokenizer tokenizer;
};

absl::StatusOr<ReaderParts> LoadParts(const std::string& dir) {
  TIQU_ASSIGN_OR_RETURN(model::ModelConfig config, savedmodel::ReadModelConfig(dir));
  if (config.spec.is_tagger()) {
    return absl::FailedPreconditionError(fmt::format("{} is a tagger: it has entities and answers no questions", dir));
  }
  TIQU_ASSIGN_OR_RETURN(text::Vocabulary chars, LoadVocabulary(dir, savedmodel::kCharsAsset));
  TIQU_ASSIGN_OR_RETURN(text::Vocabulary words, LoadVocabulary(dir, savedmodel::kWordsAsset));
  const text::NormalizerOptions normalizer = {config.text.fold_compatibility, config.text.lower_case,
                                              config.text.to_simplified};
  text::Tokenizer tokenizer(normalizer, std::move(chars), std::move(words), config.text.user_words);
  return ReaderParts{std::move(config), std::move(tokenizer)};
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Reader>> Reader::Load(const std::string& model_dir, const ReaderOptions& options) {
  TIQU_ASSIGN_OR_RETURN(const std::string dir, savedmodel::ResolveVersionDir(model_dir));
  TIQU_ASSIGN_OR_RETURN(ReaderParts parts, LoadParts(dir));
  engine::EngineOptions engine_options;
  engine_options.precision = options.precision;
  TIQU_ASSIGN_OR_RETURN(std::shared_ptr<const engine::Engine> engine, engine::Engine::Load(dir, engine_options));
  auto reader = Create(std::move(parts.config), std::move(parts.tokenizer), std::move(engine), options);
  if (!reader.ok()) return Annotate(reader.status(), dir);
  return reader;
}

absl::StatusOr<std::shared_ptr<const Reader>> Reader::Load(const std::string& version_dir,
                                                           std::shared_ptr<const engine::Engine> engine,
                                                           const ReaderOptions& options) {
  TIQU_ASSIGN_OR_RETURN(ReaderParts parts, LoadParts(version_dir));
  auto reader = Create(std::move(parts.config), std::move(parts.tokenizer), std::move(engine), options);
  if (!reader.ok()) return Annotate(reader.status(), version_dir);
  return reader;
}

}  // namespace tiqu::answer
