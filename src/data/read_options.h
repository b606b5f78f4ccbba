// How ReadSamples reads. Every field has a default that suits Tiqu's own files.
//
// Thread safety: a value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "data/label_map.h"

namespace tiqu::data {

enum class Format {
  kAuto,         // by content
  kJsonl,        // Tiqu's own: {"question","passage","answers"} a line
  kLines,        // question: ... passage: ... answer: ...
  kSquad,        // SQuAD family: one JSON document
  kSpans,        // a tagged passage a line: xxcq, CLUENER, doccano
  kLabelStudio,  // Label Studio's JSON export
  kWebqa,        // WebQA: question_tokens, evidence_tokens a line
  kDuie,         // triples: text, spo_list a line
  kColumns,      // a character and its BIO or BMES tag a line
};

// "auto", "jsonl", "lines", "squad", "span", "labelstudio", "webqa", "duie", "bio".
// Errors: INVALID_ARGUMENT that lists the names.
absl::StatusOr<Format> ParseFormat(std::string_view name);
std::string_view FormatName(Format format);

struct ReadOptions {
  Format format = Format::kAuto;

  // Questions for labels (kSpans, kLabelStudio, kColumns) or predicates (kDuie). Those formats need it.
  LabelMap labels;
  Wordings wordings = Wordings::kFirst;
  uint64_t seed = 1;  // of Wordings::kRandom

  // kColumns: a record begins at each sentence that starts with a span of this label ("NAME" for ResumeNER); sentences
  // up to the next one are joined. Empty: each sentence is a passage.
  std::string join_at;

  // kSquad: several answers of one question are all wanted (annotation exports), not several wordings of one (SQuAD).
  bool answers_are_a_set = false;

  // A sample a text, without question, whose answers are all its spans with their labels: what taggers learn from.
  // kSpans, kLabelStudio and kColumns only; they need no label map then.
  bool as_entities = false;

  // Drop samples with more than one answer.
  bool single = false;

  // Drop a sample when the same question on the same passage with the same answers was seen. They are counted anyway.
  bool drop_duplicates = false;
  // Fingerprints of the samples seen, when several files are read as one; outlives the reading. Null: each file's own.
  absl::flat_hash_set<uint64_t>* seen = nullptr;

  // kJsonl: a line without "answers" is an error of that line. false: it is taken as not labelled (no answers).
  bool need_answers = true;
};

}  // namespace tiqu::data
