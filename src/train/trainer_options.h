// Everything `tiqu train` can be told. The resolved values are saved with the model (tiqu.json, provenance.training)
// and in OUT/config.json. train/config.h reads them from a file and from flags; its table holds every name and help
// text.
//
// Thread safety: values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "model/model_spec.h"

namespace tiqu::train {

struct DataOptions {
  std::vector<std::string> train_files;  // Tiqu's JSONL
  std::vector<std::string> valid_files;  // empty: `valid_fraction` of the training passages is kept aside
  double valid_fraction = 0.05;
  std::string word_vectors;             // file of `tiqu vectors import|train`; empty: no word vectors
  std::vector<std::string> user_words;  // the user's own dictionary
  int min_char_count = 2;               // rarer characters become unknown
  int max_words = 60000;                // most frequent words of the vector file that are kept
  int max_passage_chars = 512;          // longer ones are cropped around an answer
  int max_question_chars = 64;
  int max_pairs = 40000;           // taggers: most frequent character pairs that get a vector
  int window_overlap_chars = 128;  // of the windows that read a longer passage after training
};

struct OptimizerOptions {
  double learning_rate = 1e-3;
  double warmup_fraction = 0.05;  // of all steps; then cosine to final_fraction
  double final_fraction = 0.0;
  double clip_norm = 5.0;
  double ema_decay = 0.999;  // min(ema_decay, (1 + step) / (10 + step)); 0: off
  int epochs = 20;
  double max_minutes = 0;    // the schedule is fitted to end by then, measured as it goes; 0: no limit
  int batch_chars = 2048;    // passage characters a step, a passage counted once a question
  int group_questions = 16;  // questions of one passage that share its encoding in a batch; 1: none
  int patience = 0;          // validations without a better score before it stops; 0: never
};

struct RegularizationOptions {
  double embedding_dropout = 0.25;
  double gate_dropout = 0.1;
  double merge_dropout = 0.2;
  double unknown_rate = 0.1;       // ids replaced by "unknown"
  double random_crop_rate = 0.2;   // of long passages: cropped anywhere, not around an answer
  double span_weight = 0.5;        // of the auxiliary start/end loss
  double adversarial_size = 0.0;   // taggers: of AdversarialShift (tagger_network.h); 0: off
  double teacher_weight = 0.5;     // taggers: of what the teachers say, against the labels
  double negative_fraction = 0.0;  // of all samples: a question with a passage that does not answer it
};

struct TrainerOptions {
  // What suits a kind of model ("reader", "tagger") where nothing else is said.
  static TrainerOptions DefaultsFor(const std::string& kind);

  DataOptions data;
  model::ModelSpec spec;  // vocabulary sizes are filled in from the data
  OptimizerOptions optimizer;
  RegularizationOptions regularization;
  std::string tag_scheme = "bioes";  // of a tagger: or "bio"
  std::string output_dir;
  std::string init_from;              // checkpoint to go on from: its spec and words are taken; empty: none
  std::vector<std::string> teachers;  // taggers: checkpoints of the same types, whose mean is learnt beside the labels
  std::string single = "auto";  // report one answer at most: "yes", "no", or "auto": when no training sample has more
  bool resume = false;          // go on from OUT/state.bin; without one, start
  bool overwrite = false;       // start anew where OUT holds a training already
  uint64_t seed = 1;
  int threads = 0;             // workers; 0: one a core
  int checkpoint_steps = 200;  // how often the resumable state is written
  int log_steps = 20;          // how often a line goes to metrics.jsonl
  double valid_every_epochs = 1.0;

  // Errors: INVALID_ARGUMENT naming the field, its value and the limit.
  absl::Status Validate() const;
};

}  // namespace tiqu::train
