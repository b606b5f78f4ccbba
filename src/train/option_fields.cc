// The table of options: every name and help text stands here once.
#include <utility>

#include "train/config.h"

namespace tiqu::train {
namespace {

// How wide and deep the network is, and how it is run.
std::vector<OptionField> NetworkFields(TrainerOptions* options) {
  model::ModelSpec& spec = options->spec;
  return {
      {"model", "hidden", &spec.hidden, "width of the network"},
      {"model", "max_position", &spec.max_position, "positions with a vector of their own"},
      {"model", "encoder_rates", &spec.encoder_rates, "dilations of the encoder's layers"},
      {"model", "model_rates", &spec.model_rates, "dilations of the layers above the interaction"},
      {"model", "match_features", &spec.match_features, "hand-made features"},
      {"model", "crf", &spec.crf, "a chain over the tags"},
      {"model", "bigram_dim", &spec.bigram_dim, "taggers: width of a character pair's vector"},
      {"model", "tag_scheme", &options->tag_scheme, "taggers: bioes or bio"},
      {"run", "model", &spec.kind, "what to train: a reader (questions) or a tagger (entities)"},
      {"run", "output_dir", &options->output_dir, "folder of the results"},
      {"run", "init_from", &options->init_from,
       "checkpoint whose weights to start from (tiqu import makes one of a model)"},
      {"run", "teachers", &options->teachers,
       "taggers: checkpoints of the same types, whose mean is learnt beside the labels"},
      {"run", "single", &options->single, "report one answer at most: yes, no, auto"},
      {"run", "seed", &options->seed, "of every random choice"},
      {"run", "threads", &options->threads, "workers; 0: one a core"},
      {"run", "checkpoint_steps", &options->checkpoint_steps, "between two writings of the resumable state"},
      {"run", "log_steps", &options->log_steps, "between two lines of metrics.jsonl"},
      {"run", "valid_every_epochs", &options->valid_every_epochs, "between two validations"},
      {"run", "resume", &options->resume, "go on from OUT/state.bin"},
      {"run", "overwrite", &options->overwrite, "start anew where the folder holds a training already"},
  };
}

}  // namespace

std::vector<OptionField> OptionFields(TrainerOptions* options) {
  DataOptions& data = options->data;
  OptimizerOptions& opt = options->optimizer;
  RegularizationOptions& reg = options->regularization;
  std::vector<OptionField> fields = {
      {"data", "train_files", &data.train_files, "labelled samples to learn from (tiqu convert makes a reader's)"},
      {"data", "valid_files", &data.valid_files, "labelled samples to choose the best model by"},
      {"data", "valid_fraction", &data.valid_fraction, "of the training passages, when there are no valid files"},
      {"data", "word_vectors", &data.word_vectors, "file of tiqu vectors; empty: characters only"},
      {"data", "user_words", &data.user_words, "words that are never cut"},
      {"data", "min_char_count", &data.min_char_count, "rarer characters become unknown"},
      {"data", "max_words", &data.max_words, "most frequent words of the vector file that are kept"},
      {"data", "max_passage_chars", &data.max_passage_chars, "longer passages are read in windows of so many"},
      {"data", "max_question_chars", &data.max_question_chars, "longer questions are cut"},
      {"data", "max_pairs", &data.max_pairs, "taggers: most frequent character pairs that get a vector"},
      {"data", "window_overlap_chars", &data.window_overlap_chars, "of neighbouring windows"},
      {"optimizer", "learning_rate", &opt.learning_rate, "of Adam, at its highest"},
      {"optimizer", "warmup_fraction", &opt.warmup_fraction, "of the training, with a rising rate"},
      {"optimizer", "final_fraction", &opt.final_fraction, "of the rate, at the end of the cosine"},
      {"optimizer", "clip_norm", &opt.clip_norm, "longest gradient; 0: no limit"},
      {"optimizer", "ema_decay", &opt.ema_decay, "of the averaged weights; 0: off"},
      {"optimizer", "epochs", &opt.epochs, "times through the training samples"},
      {"optimizer", "max_minutes", &opt.max_minutes, "the schedule is fitted to end by then; 0: no limit"},
      {"optimizer", "batch_chars", &opt.batch_chars, "passage characters a step"},
      {"optimizer", "group_questions", &opt.group_questions, "questions that share one encoding of their passage"},
      {"optimizer", "patience", &opt.patience, "validations without gain before it stops; 0: never"},
      {"regularization", "embedding_dropout", &reg.embedding_dropout, "on character and word vectors"},
      {"regularization", "gate_dropout", &reg.gate_dropout, "on the gates of the convolutions"},
      {"regularization", "merge_dropout", &reg.merge_dropout, "before the merge and the answer"},
      {"regularization", "unknown_rate", &reg.unknown_rate, "of the ids become unknown"},
      {"regularization", "random_crop_rate", &reg.random_crop_rate, "of long passages are cut anywhere"},
      {"regularization", "span_weight", &reg.span_weight, "of the auxiliary start and end loss"},
      {"regularization", "adversarial_size", &reg.adversarial_size,
       "taggers: push against the loss, of the embedding's length; 0: off"},
      {"regularization", "teacher_weight", &reg.teacher_weight, "taggers: of the teachers against the labels"},
      {"regularization", "negative_fraction", &reg.negative_fraction, "of the samples get a foreign passage"},
  };
  for (OptionField& field : NetworkFields(options)) fields.push_back(std::move(field));
  return fields;
}

}  // namespace tiqu::train
