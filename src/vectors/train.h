// Trains word vectors on plain text: the text is normalised and cut with our own segmenter, then skip-gram with
// negative sampling (fastText's library, whole words only).
//
//   TrainOptions options;
//   options.corpus = {"laws.txt"};
//   TIQU_ASSIGN_OR_RETURN(Trained trained, TrainWordVectors(options));
//   SaveWordVectors(trained.vectors, "words.bin");
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "text/normalizer.h"
#include "vectors/word_list.h"
#include "vectors/word_vectors.h"

namespace tiqu::vectors {

struct TrainOptions {
  std::vector<std::string> corpus;  // files of plain text, UTF-8
  std::string word_list;            // "word count tag" lines; empty: words are harvested from the corpus
  int dim = 128;
  int epochs = 5;
  int window = 5;
  int negatives = 5;
  int min_count = 5;  // rarer words get no vector
  int max_words = 60000;
  int threads = 1;  // one thread gives the same vectors every time
  double learning_rate = 0.05;
  double sample = 1e-4;  // more frequent words are left out at random
  int seed = 1;
  // Where the cut text is kept meanwhile, about as large as the corpus; it has no name there and so never stays behind.
  // Empty: the system's folder for such files.
  std::string temporary_folder;
  text::NormalizerOptions normalizer;
  HarvestOptions harvest;
  bool show_progress = false;

  absl::Status Validate() const;  // names the field
};

struct TrainReport {
  int64_t lines = 0;
  int64_t bad_lines = 0;  // not UTF-8, or endless; left out
  int64_t words = 0;      // of the cut corpus
  int32_t list_words = 0;
  int64_t bad_list_lines = 0;
  std::vector<std::string> messages;  // of the first bad lines
};

struct Trained {
  WordVectors vectors;  // most frequent word first; counts are those in the corpus
  TrainReport report;
};

// Errors: INVALID_ARGUMENT (options, a corpus without frequent words), of the files, CANCELLED when interrupted.
absl::StatusOr<Trained> TrainWordVectors(const TrainOptions& options);

}  // namespace tiqu::vectors
