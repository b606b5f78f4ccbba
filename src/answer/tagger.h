// Texts in, entities out; what `tiqu extract`, `tiqu eval` and the server share, for models of kind "tagger".
//
//   TIQU_ASSIGN_OR_RETURN(auto tagger, Tagger::Load("models/names", {}));
//   const std::string_view texts[] = {"张三在北京"};
//   for (const Entity& entity : *tagger->TagAll(texts, tagger->threshold()).front()) ...     // PER 张三 [0, 2) 0.98
//
// A long text is cut into pieces, at ends of sentences where there are any (decode/pieces.h), and each is read for
// itself. Pieces of similar length run together; what runs beside a text never changes its entities.
//
// Thread safety: immutable after Load; every method may be called from any number of threads, each on its own thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "answer/window_row.h"
#include "decode/entities.h"
#include "decode/linear_chain.h"
#include "engine/engine.h"
#include "model/model_config.h"
#include "model/tag_set.h"
#include "text/tokenizer.h"
#include "tiqu/options.h"

namespace tiqu::answer {

// Offsets count code points of the text as it was passed in, half open.
struct Entity {
  std::string type;
  std::string text;
  int32_t begin = 0;
  int32_t end = 0;
  float score = 0;  // the probability that exactly this span has this type
};

struct TaggerOptions {
  Precision precision = Precision::kFloat32;
  int max_text_chars = 0;  // a longer text is an error; 0: no limit
  BatchLimits batch;
};

using TagResult = absl::StatusOr<std::vector<Entity>>;  // in order of the text

class Tagger {
 public:
  // A version folder, or a folder of versions. Errors: NOT_FOUND (no model there), FAILED_PRECONDITION (a SavedModel
  // that is not a Tiqu tagger), DATA_LOSS (damaged files; names the file), UNIMPLEMENTED (ops that the engine lacks).
  static absl::StatusOr<std::shared_ptr<const Tagger>> Load(const std::string& model_dir, const TaggerOptions& options);

  // A version folder whose graph is loaded already. Errors: those of Load and Create.
  static absl::StatusOr<std::shared_ptr<const Tagger>> Load(const std::string& version_dir,
                                                            std::shared_ptr<const engine::Engine> engine,
                                                            const TaggerOptions& options);

  // From its parts. Errors: FAILED_PRECONDITION (the engine has no signature "infoext" of the tagger's form),
  // DATA_LOSS (a vocabulary that does not fit the configuration).
  static absl::StatusOr<std::shared_ptr<const Tagger>> Create(model::ModelConfig config, text::Tokenizer tokenizer,
                                                              std::shared_ptr<const engine::Engine> engine,
                                                              const TaggerOptions& options);

  const model::ModelConfig& config() const { return config_; }
  const std::vector<std::string>& types() const { return tags_.types(); }
  float threshold() const { return config_.decoding.threshold; }  // the model's own

  // One result a text, in order: the entities of the most probable tags whose score is at least `threshold`. An error
  // of one text (INVALID_ARGUMENT: not UTF-8, empty, too long; RESOURCE_EXHAUSTED: memory did not suffice for
  // it and those beside it) leaves the others alone.
  std::vector<TagResult> TagAll(std::span<const std::string_view> texts, float threshold) const;

 private:
  Tagger(model::ModelConfig config, text::Tokenizer tokenizer, std::shared_ptr<const engine::Engine> engine,
         const TaggerOptions& options, model::TagSet tags, decode::LinearChain chain);

  absl::StatusOr<text::EncodedText> Encode(std::string_view text) const;
  // Adds the spans of the pieces `rows` to the spans of their texts.
  absl::Status RunBatch(std::span<const WindowRow> rows, std::vector<std::vector<decode::TaggedSpan>>* spans) const;

  model::ModelConfig config_;
  text::Tokenizer tokenizer_;
  std::shared_ptr<const engine::Engine> engine_;
  TaggerOptions options_;
  model::TagSet tags_;
  decode::LinearChain chain_;
};

}  // namespace tiqu::answer
