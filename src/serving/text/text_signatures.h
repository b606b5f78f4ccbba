// Signatures that our models have beside those of their graphs: text in, answers out, so that no client needs a
// vocabulary. A reader's:
//
//   extract    question, passage  ->  answers, begins, ends, scores [n, most answers], counts, no_answer [n]
//   classify   tf.Examples with question and passage  ->  classes and scores: candidate answers, likeliest first
//   regress    the same  ->  outputs: the probability that the passage has an answer
//
// A row is a question on a passage; one question goes with any number of passages and the other way round. Rows of
// fewer answers than others are filled up with "" and, as offsets, -1. Offsets are Unicode code points, half open.
//
// A tagger's, with the same filling up:
//
//   extract    text  ->  types, entities, begins, ends, scores [n, most entities], counts [n]
//
// Thread safety: immutable; every method may be called from any number of threads.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "answer/reader.h"
#include "serving/models/servable.h"

namespace tiqu::serving {

inline constexpr char kExtractSignature[] = "extract";
inline constexpr char kTextClassifySignature[] = "classify";
inline constexpr char kTextRegressSignature[] = "regress";

// Servable::StartReading and StartTagging, under the limits of the run.
using StartReading =
    std::function<void(std::vector<answer::Request> requests, const decode::AnswerRules& rules, ReadDone done)>;
using StartTagging = std::function<void(std::vector<std::string_view> texts, TagDone done)>;

// Adds a reader's three where the model has no signature of that name, to what metadata shows and to what Run takes.
void AddTextSignatures(SignatureDefs* defs, std::map<std::string, engine::Signature>* signatures);
// The same for a tagger.
void AddTaggerSignature(SignatureDefs* defs, std::map<std::string, engine::Signature>* signatures);

// Whether `def` is one of those that these two make.
bool IsTextSignature(const tensorflow::SignatureDef& def);

// Runs the signature `def`, one of a reader's three, with the model's own `rules`; `done` comes once, as
// Servable::Start says, and until then `def` must last. Errors: INVALID_ARGUMENT (inputs of another type, shapes that
// do not go together, an example without question or passage; a text that is empty, not UTF-8 or too long, naming the
// row), those of `read`; RESOURCE_EXHAUSTED (memory).
void StartTextSignature(const tensorflow::SignatureDef& def, TensorMap inputs, const decode::AnswerRules& rules,
                        const StartReading& read, RunDone done);

// Runs a tagger's signature. Errors: INVALID_ARGUMENT (an input of another type or shape; a text that is empty, not
// UTF-8 or too long, naming the row), those of `tag`; RESOURCE_EXHAUSTED (memory).
void StartTaggerSignature(TensorMap inputs, const StartTagging& tag, RunDone done);

}  // namespace tiqu::serving
