// The core of `tiqu extract`: JSONL in, JSONL out (jsonl_request.h), in the order of the input, on all cores, in
// bounded memory however long the file is.
//
// A bad line becomes an error line in its place and the work goes on. A line of white space gives nothing. Lines of
// similar length run through the network together; that never changes an answer.
//
// Thread safety: a free function; `out` and `progress` are called by one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "absl/status/statusor.h"
#include "answer/reader.h"
#include "answer/tagger.h"
#include "base/file.h"
#include "decode/answers.h"

namespace tiqu::answer {

struct StreamCounts {
  int64_t lines = 0;      // results written, error lines included
  int64_t bad_lines = 0;  // error lines among them
  int64_t questions = 0;
  int64_t answers = 0;  // or entities
  int64_t passage_bytes = 0;
};

struct StreamOptions {
  decode::AnswerRules rules;  // of readers
  float threshold = 0;        // of taggers: smallest score of an entity
  int workers = 0;            // 0: one a core
  // Called from time to time with the bytes of input that were read.
  std::function<void(const StreamCounts&, int64_t bytes_read)> progress;
};

// Gets whole lines; an error stops the stream.
using LineSink = std::function<absl::Status(std::string_view lines)>;

// Errors: those of reading the input and of `out`, CANCELLED after an interrupt (base/interrupt.h). What was handed to
// `out` until then are the results of the first lines, whole and in order.
absl::StatusOr<StreamCounts> StreamJsonl(const Reader& reader, LineReader* in, const LineSink& out,
                                         const StreamOptions& options);

// The same with a tagger: texts in, entities out.
absl::StatusOr<StreamCounts> StreamJsonl(const Tagger& tagger, LineReader* in, const LineSink& out,
                                         const StreamOptions& options);

// Threads for `workers` (0: one a core).
int WorkerCount(int workers);

}  // namespace tiqu::answer
