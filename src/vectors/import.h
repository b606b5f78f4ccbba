// Reads word2vec files, as pretrained vectors are published: text ("N D" and then "word v v v" a line; the header may
// be absent) and binary (the header, then word, space and D little-endian floats). Which of the two it is, is seen.
//
//   TIQU_ASSIGN_OR_RETURN(Imported imported, ImportWord2Vec("sgns.baidubaike.bigram-char"));
//   SaveWordVectors(imported.vectors, "baike.bin");
//
// Words go through the normaliser, so that they match what the tokenizer sees; words that become the same (臺灣 and
// 台湾) are merged: counts add up and the vectors are averaged by count. These files have no counts but are sorted by
// frequency: the word at rank r (from 1) gets 1e9 / (r + 2.7), which is Zipf's law with Mandelbrot's shift.
//
// A line that is no vector (wrong number of values, not numbers, not UTF-8, white space in the word) is reported and
// left out.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "text/normalizer.h"
#include "vectors/word_vectors.h"

namespace tiqu::vectors {

struct ImportOptions {
  int32_t max_words = 200000;   // reading ends when as many are kept
  int32_t max_word_chars = 16;  // longer entries are phrases and addresses
  text::NormalizerOptions normalizer;
  bool show_progress = false;
};

struct ImportReport {
  bool binary = false;
  int64_t announced = -1;  // words by the header; -1 without one
  int64_t read = 0;        // records looked at
  int64_t merged = 0;      // into a word that was there already
  int64_t too_long = 0;
  int64_t broken = 0;
  bool cut_short = false;             // the file ends before as many words as were announced
  std::vector<std::string> messages;  // the first broken ones: "line 17: 299 values, must be 300"
};

struct Imported {
  WordVectors vectors;
  ImportReport report;
};

// Errors: INVALID_ARGUMENT when the file has no vectors at all, CANCELLED when interrupted.
absl::StatusOr<Imported> ImportWord2Vec(const std::string& path, const ImportOptions& options = {});

}  // namespace tiqu::vectors
