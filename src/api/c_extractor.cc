// The C interface to tiqu::Extractor.
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/c_argument.h"
#include "api/c_error.h"
#include "tiqu/extractor.h"
#include "tiqu/tiqu.h"

struct tiqu_extractor {
  tiqu::Extractor extractor;
  std::atomic<int64_t> references = 1;
};

struct tiqu_reply {
  std::vector<tiqu::Reply> replies;
  std::vector<std::vector<tiqu_answer>> answers;  // into the replies' texts
};

namespace tiqu::api {
namespace {

// Fields fill the struct without a gap, so that what is behind an old header's struct is never read.
static_assert(sizeof(tiqu_extractor_options) == sizeof(size_t) + sizeof(float) + 3 * sizeof(int32_t));
static_assert(sizeof(tiqu_answer) == 40);

constexpr tiqu_extractor_options kExtractorDefaults = {sizeof(tiqu_extractor_options), -1.0F, 0, TIQU_PRECISION_FLOAT32,
                                                       0};

Status LoadExtractor(const char* model_dir, const tiqu_extractor_options* options, tiqu_extractor** out) {
  if (model_dir == nullptr) return NullArgument("model_dir");
  const Result<tiqu_extractor_options> given = ReadOptions(kExtractorDefaults, options);
  if (!given.ok()) return given.status();
  const Result<Precision> precision = ReadPrecision(*given);
  if (!precision.ok()) return precision.status();
  ExtractorOptions extractor_options;
  extractor_options.precision = *precision;
  extractor_options.threshold = given->threshold;
  extractor_options.max_passage_chars = given->max_passage_chars;
  Result<Extractor> extractor = Extractor::Load(model_dir, extractor_options);
  if (!extractor.ok()) return extractor.status();
  *out = new tiqu_extractor{*std::move(extractor)};
  return {};
}

tiqu_reply* MakeReply(std::vector<Reply> replies) {
  auto reply = std::make_unique<tiqu_reply>();
  reply->replies = std::move(replies);
  for (const Reply& of_question : reply->replies) {
    std::vector<tiqu_answer>& answers = reply->answers.emplace_back();
    answers.reserve(of_question.answers.size());
    for (const Answer& answer : of_question.answers) {
      answers.push_back({answer.text.c_str(), answer.text.size(), answer.begin, answer.end, answer.score, 0});
    }
  }
  return reply.release();
}

Status Extract(const tiqu_extractor* extractor, const char* const* questions, const size_t* question_sizes,
               size_t question_count, std::string_view passage, tiqu_reply** out) {
  std::vector<std::string> texts;
  texts.reserve(question_count);
  for (size_t i = 0; i < question_count; ++i) {
    if (questions[i] == nullptr) return NullArgument(absl::StrCat("questions[", i, "]"));
    texts.emplace_back(ViewOf(questions[i], question_sizes == nullptr ? TIQU_TEXT_ENDS_WITH_NUL : question_sizes[i]));
  }
  Result<std::vector<Reply>> replies = extractor->extractor.Extract(texts, passage);
  if (!replies.ok()) return replies.status();
  *out = MakeReply(*std::move(replies));
  return {};
}

}  // namespace
}  // namespace tiqu::api

extern "C" {

void tiqu_extractor_options_init(tiqu_extractor_options* options, size_t struct_size) {
  tiqu::api::WriteDefaults(tiqu::api::kExtractorDefaults, options, struct_size);
}

tiqu_status tiqu_extractor_load(const char* model_dir, const tiqu_extractor_options* options, tiqu_extractor** out,
                                tiqu_error** error) {
  return tiqu::api::Guard(error, [&] {
    if (out == nullptr) return tiqu::api::NullArgument("out");
    *out = nullptr;
    return tiqu::api::LoadExtractor(model_dir, options, out);
  });
}

void tiqu_extractor_retain(tiqu_extractor* extractor) { tiqu::api::Retain(extractor); }
void tiqu_extractor_release(tiqu_extractor* extractor) { tiqu::api::Release(extractor); }

tiqu_status tiqu_extractor_ask(const tiqu_extractor* extractor, const char* question, size_t question_size,
                               const char* passage, size_t passage_size, tiqu_reply** out, tiqu_error** error) {
  if (question == nullptr) {
    if (out != nullptr) *out = nullptr;
    return tiqu::api::Guard(error, [] { return tiqu::api::NullArgument("question"); });
  }
  return tiqu_extractor_extract(extractor, &question, &question_size, 1, passage, passage_size, out, error);
}

tiqu_status tiqu_extractor_extract(const tiqu_extractor* extractor, const char* const* questions,
                                   const size_t* question_sizes, size_t question_count, const char* passage,
                                   size_t passage_size, tiqu_reply** out, tiqu_error** error) {
  return tiqu::api::Guard(error, [&] {
    if (out == nullptr) return tiqu::api::NullArgument("out");
    *out = nullptr;
    if (extractor == nullptr) return tiqu::api::NullArgument("extractor");
    if (questions == nullptr && question_count > 0) return tiqu::api::NullArgument("questions");
    if (passage == nullptr) return tiqu::api::NullArgument("passage");
    return tiqu::api::Extract(extractor, questions, question_sizes, question_count,
                              tiqu::api::ViewOf(passage, passage_size), out);
  });
}

size_t tiqu_reply_question_count(const tiqu_reply* reply) { return reply == nullptr ? 0 : reply->answers.size(); }

const tiqu_answer* tiqu_reply_answers(const tiqu_reply* reply, size_t question, size_t* count) {
  const bool known = question < tiqu_reply_question_count(reply);
  if (count != nullptr) *count = known ? reply->answers[question].size() : 0;
  return known ? reply->answers[question].data() : nullptr;
}

float tiqu_reply_no_answer(const tiqu_reply* reply, size_t question) {
  return question < tiqu_reply_question_count(reply) ? reply->replies[question].no_answer : 0;
}

void tiqu_reply_free(tiqu_reply* reply) { delete reply; }

}  // extern "C"
