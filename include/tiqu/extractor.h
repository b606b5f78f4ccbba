// Text in, answers out: the C++ door to a Tiqu model.
//
//   auto extractor = tiqu::Extractor::Load("models/starter", {});
//   auto reply = extractor->Ask("罗显敏的出生地是哪里", "罗显敏,男,...户籍地:广西壮族自治区宾阳县...");
//   for (const tiqu::Answer& answer : reply->answers)
//     std::cout << answer.text << " [" << answer.begin << ", " << answer.end << ") " << answer.score << '\n';
//
// Thread safety: an Extractor is immutable after Load; every method may be called from any number of threads at once.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tiqu/export.h"
#include "tiqu/options.h"
#include "tiqu/status.h"

namespace tiqu {

// One span of the passage. Offsets count Unicode code points of the passage as it was passed in, half open.
struct Answer {
  std::string text;  // passage[begin, end), in its original form
  int begin = 0;
  int end = 0;
  float score = 0;  // calibrated probability that exactly this span is an answer, in [0, 1]
};

struct Reply {
  std::vector<Answer> answers;  // in passage order
  float no_answer = 0;          // probability that the passage does not answer the question, in [0, 1]
};

// A passage with all that is asked of it.
struct PassageQuestions {
  std::string passage;
  std::vector<std::string> questions;
};

class TIQU_API Extractor {
 public:
  // Loads a version folder, or the highest version of a folder of versions.
  // Errors: kNotFound (no such folder or no saved_model.pb in it), kDataLoss (damaged files), kUnimplemented (an op
  // that the engine does not know), kFailedPrecondition (a SavedModel that is not a Tiqu reader), kInvalidArgument (an
  // option out of range).
  static Result<Extractor> Load(const std::string& model_dir, const ExtractorOptions& options = {});

  Extractor(Extractor&&) noexcept;
  Extractor& operator=(Extractor&&) noexcept;
  ~Extractor();

  // Errors: kInvalidArgument (text that is not UTF-8, an empty question or passage, a passage over the limit).
  Result<Reply> Ask(std::string_view question, std::string_view passage) const;

  // Several questions on one passage, answered in their order; cheaper than as many calls of Ask.
  Result<std::vector<Reply>> Extract(const std::vector<std::string>& questions, std::string_view passage) const;

  // Many passages over ExtractorOptions::workers threads; one result a passage, in order. An error of one passage
  // leaves the others alone.
  std::vector<Result<std::vector<Reply>>> ExtractAll(const std::vector<PassageQuestions>& passages) const;

 private:
  struct TIQU_LOCAL Impl;
  explicit Extractor(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tiqu
