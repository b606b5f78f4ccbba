#include "train/trainer_options.h"

#include "base/status.h"
#include "fmt/format.h"

namespace tiqu::train {
namespace {

absl::Status CheckRange(const char* field, double value, double low, double high) {
  if (value >= low && value <= high) return absl::OkStatus();  // false for not a number
  return absl::InvalidArgumentError(fmt::format("{} is {}, limits {} to {}", field, value, low, high));
}

struct FieldLimits {
  const char* name;
  double value;
  double low;
  double high;
};

absl::Status CheckRanges(const std::vector<FieldLimits>& fields) {
  for (const FieldLimits& field : fields) {
    TIQU_RETURN_IF_ERROR(CheckRange(field.name, field.value, field.low, field.high));
  }
  return absl::OkStatus();
}

}  // namespace

TrainerOptions TrainerOptions::DefaultsFor(const std::string& kind) {
  TrainerOptions options;
  options.spec.kind = kind;
  if (!options.spec.is_tagger()) return options;
  options.spec.encoder_rates = {1, 2, 4, 1, 2, 4};
  options.spec.bigram_dim = 32;
  options.data.max_passage_chars = 256;
  options.data.window_overlap_chars = 0;
  options.optimizer.batch_chars = 1024;
  options.regularization.unknown_rate = 0.05;
  return options;
}

absl::Status TrainerOptions::Validate() const {
  if (data.train_files.empty()) return absl::InvalidArgumentError("data.train_files is empty");
  if (output_dir.empty()) return absl::InvalidArgumentError("run.output_dir is empty");
  if (!init_from.empty() && !data.word_vectors.empty()) {
    return absl::InvalidArgumentError(
        fmt::format("data.word_vectors is \"{}\", but the model of run.init_from brings its own", data.word_vectors));
  }
  if (spec.kind != model::kReaderKind && spec.kind != model::kTaggerKind) {
    return absl::InvalidArgumentError(fmt::format("run.model is \"{}\", expected reader or tagger", spec.kind));
  }
  if (!teachers.empty() && !spec.is_tagger()) {
    return absl::InvalidArgumentError(
        fmt::format("run.teachers is \"{}\", but only taggers learn from others", teachers[0]));
  }
  if (tag_scheme != "bioes" && tag_scheme != "bio") {
    return absl::InvalidArgumentError(fmt::format("model.tag_scheme is \"{}\", expected bioes or bio", tag_scheme));
  }
  if (single != "auto" && single != "yes" && single != "no") {
    return absl::InvalidArgumentError(fmt::format("run.single is \"{}\", expected yes, no or auto", single));
  }
  if (data.window_overlap_chars >= data.max_passage_chars) {
    return absl::InvalidArgumentError(fmt::format("data.window_overlap_chars is {}, limit {} (max_passage_chars - 1)",
                                                  data.window_overlap_chars, data.max_passage_chars - 1));
  }
  constexpr double kMany = 1e9;
  return CheckRanges({
      {"data.valid_fraction", data.valid_fraction, 0, 0.9},
      {"data.min_char_count", static_cast<double>(data.min_char_count), 1, kMany},
      {"data.max_words", static_cast<double>(data.max_words), 0, 1 << 23},
      {"data.max_passage_chars", static_cast<double>(data.max_passage_chars), 8, 1 << 16},
      {"data.max_question_chars", static_cast<double>(data.max_question_chars), 1, 1 << 12},
      {"data.max_pairs", static_cast<double>(data.max_pairs), 0, 1 << 22},
      {"data.window_overlap_chars", static_cast<double>(data.window_overlap_chars), 0, 1 << 16},
      {"optimizer.learning_rate", optimizer.learning_rate, 1e-9, 1},
      {"optimizer.warmup_fraction", optimizer.warmup_fraction, 0, 0.9},
      {"optimizer.final_fraction", optimizer.final_fraction, 0, 1},
      {"optimizer.clip_norm", optimizer.clip_norm, 0, kMany},
      {"optimizer.ema_decay", optimizer.ema_decay, 0, 0.999999},
      {"optimizer.epochs", static_cast<double>(optimizer.epochs), 1, 1e6},
      {"optimizer.max_minutes", optimizer.max_minutes, 0, kMany},
      {"optimizer.batch_chars", static_cast<double>(optimizer.batch_chars), 1, 1 << 24},
      {"optimizer.group_questions", static_cast<double>(optimizer.group_questions), 1, 1 << 16},
      {"optimizer.patience", static_cast<double>(optimizer.patience), 0, kMany},
      {"regularization.embedding_dropout", regularization.embedding_dropout, 0, 0.9},
      {"regularization.gate_dropout", regularization.gate_dropout, 0, 0.9},
      {"regularization.merge_dropout", regularization.merge_dropout, 0, 0.9},
      {"regularization.unknown_rate", regularization.unknown_rate, 0, 0.9},
      {"regularization.random_crop_rate", regularization.random_crop_rate, 0, 1},
      {"regularization.span_weight", regularization.span_weight, 0, 100},
      {"regularization.adversarial_size", regularization.adversarial_size, 0, 10},
      {"regularization.teacher_weight", regularization.teacher_weight, 0, 1},
      {"regularization.negative_fraction", regularization.negative_fraction, 0, 0.9},
      {"run.threads", static_cast<double>(threads), 0, 1024},
      {"run.checkpoint_steps", static_cast<double>(checkpoint_steps), 1, kMany},
      {"run.log_steps", static_cast<double>(log_steps), 1, kMany},
      {"run.valid_every_epochs", valid_every_epochs, 0.01, kMany},
  });
}

}  // namespace tiqu::train
