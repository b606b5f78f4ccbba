#include "answer/reader.h"

#include <algorithm>
#include <new>
#include <utility>

#include "answer/answer_mapper.h"
#include "base/status.h"
#include "base/utf8.h"
#include "fmt/format.h"

namespace tiqu::answer {
namespace {

// Beyond this the 32-bit offsets could overflow when one character becomes several.
constexpr size_t kMostPassageBytes = size_t{1} << 26;

decode::ChainScores ScoresOf(const model::ModelConfig& config) {
  if (!config.spec.crf) return {};
  return {config.crf.transitions, config.crf.begin, config.crf.end};
}

absl::Status OutOfMemory(size_t passage_bytes) {
  return absl::ResourceExhaustedError(fmt::format("there is no memory for a passage of {} bytes", passage_bytes));
}

absl::Status CheckVocabulary(std::string_view name, int32_t size, int expected) {
  if (size == expected) return absl::OkStatus();
  return absl::DataLossError(fmt::format("{} has {} entries, the model needs {}", name, size, expected));
}

}  // namespace

struct Reader::Passage {
  std::string_view source;
  text::EncodedText text;
  std::vector<decode::Window> windows;

  size_t chars() const { return text.char_ids.size(); }
};

// A request after the text stage.
struct Reader::Prepared {
  std::shared_ptr<const Passage> passage;
  std::vector<text::EncodedText> questions;
};

// One question on one passage while it is worked on.
struct Reader::Ask {
  const Prepared* prepared = nullptr;
  size_t question = 0;
  std::vector<float> log_pa;  // [chars * 3]
  absl::Status status;
  Reply reply;
};

Reader::Reader(model::ModelConfig config, text::Tokenizer tokenizer, WindowRunner runner, const ReaderOptions& options)
    : config_(std::move(config)),
      tokenizer_(std::move(tokenizer)),
      runner_(std::move(runner)),
      options_(options),
      chain_(ScoresOf(config_), config_.decoding.temperature) {}

absl::StatusOr<std::shared_ptr<const Reader>> Reader::Create(model::ModelConfig config, text::Tokenizer tokenizer,
                                                             std::shared_ptr<const engine::Engine> engine,
                                                             const ReaderOptions& options) {
  TIQU_RETURN_IF_ERROR(CheckVocabulary("chars.txt", tokenizer.chars().size(), config.spec.char_vocab_size));
  TIQU_RETURN_IF_ERROR(CheckVocabulary("words.txt", tokenizer.words().size(), config.spec.word_vocab_size));
  TIQU_ASSIGN_OR_RETURN(WindowRunner runner, WindowRunner::Create(std::move(engine), options.batch));
  return std::shared_ptr<const Reader>(new Reader(std::move(config), std::move(tokenizer), std::move(runner), options));
}

decode::AnswerRules Reader::rules() const {
  const model::DecodingSettings& decoding = config_.decoding;
  return {decoding.threshold, decoding.no_answer_threshold, decoding.max_answer_chars, decoding.single};
}

absl::Status Reader::AddQuestion(std::string_view question, Prepared* prepared) const {
  if (question.empty()) return absl::InvalidArgumentError("the question is empty");
  if (question.size() > kMostPassageBytes) {
    return absl::InvalidArgumentError(
        fmt::format("the question has {} bytes, limit {}", question.size(), kMostPassageBytes));
  }
  TIQU_ASSIGN_OR_RETURN(text::EncodedText encoded, tokenizer_.Encode(question));
  const auto limit = static_cast<size_t>(config_.text.max_question_chars);
  if (encoded.char_ids.size() > limit) {
    encoded.text.chars.resize(limit);
    encoded.char_ids.resize(limit);
    encoded.word_ids.resize(limit);
  }
  prepared->questions.push_back(std::move(encoded));
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const Reader::Passage>> Reader::PreparePassage(std::string_view source) const {
  if (source.empty()) return absl::InvalidArgumentError("the passage is empty");
  if (source.size() > kMostPassageBytes) {
    return absl::InvalidArgumentError(
        fmt::format("the passage has {} bytes, limit {}", source.size(), kMostPassageBytes));
  }
  // Before the text stage, which takes many times a passage's memory.
  if (const int64_t chars = CountCodePoints(source);
      options_.max_passage_chars > 0 && chars > options_.max_passage_chars) {
    return absl::InvalidArgumentError(
        fmt::format("the passage has {} characters, limit {}", chars, options_.max_passage_chars));
  }
  auto passage = std::make_shared<Passage>();
  passage->source = source;
  absl::StatusOr<text::EncodedText> encoded = tokenizer_.Encode(source);
  if (!encoded.ok()) return Annotate(encoded.status(), "passage");
  passage->text = *std::move(encoded);
  passage->windows = decode::PlanWindows(static_cast<int32_t>(passage->chars()), config_.text.window_chars,
                                         config_.text.window_overlap_chars);
  return passage;
}

// `before`: the request before this one, if it was good.
absl::StatusOr<Reader::Prepared> Reader::Prepare(const Request& request, const Prepared* before) const {
  Prepared prepared;
  if (before != nullptr && before->passage->source == request.passage) {
    prepared.passage = before->passage;
  } else {
    TIQU_ASSIGN_OR_RETURN(prepared.passage, PreparePassage(request.passage));
  }
  for (size_t i = 0; i < request.questions.size(); ++i) {
    const absl::Status status = AddQuestion(request.questions[i], &prepared);
    if (status.ok()) continue;
    return Annotate(status, request.questions.size() == 1 ? "question" : fmt::format("question {}", i + 1));
  }
  return prepared;
}

void Reader::RunSlice(std::span<Ask> asks, const decode::AnswerRules& rules) const {
  std::vector<WindowRow> rows;
  for (size_t i = 0; i < asks.size(); ++i) {
    const Passage& passage = *asks[i].prepared->passage;
    asks[i].log_pa.resize(passage.chars() * decode::kTags);
    const text::EncodedText& question = asks[i].prepared->questions[asks[i].question];
    const std::u32string_view chars = passage.text.text.chars;
    for (const decode::Window& window : passage.windows) {
      const auto inside =
          chars.substr(static_cast<size_t>(window.begin), static_cast<size_t>(window.end - window.begin));
      rows.push_back({&question, &passage.text, window, text::FindAnchor(question.text.chars, inside), i});
    }
  }
  runner_.Run(std::move(rows), [asks](const WindowRow& row, const absl::StatusOr<std::span<const float>>& pa) {
    Ask& ask = asks[row.ask];
    if (pa.ok()) {
      decode::TakeOwnPart(row.window, *pa, ask.log_pa);
    } else {
      ask.status = pa.status();
    }
  });
  for (Ask& ask : asks) {
    if (ask.status.ok()) {
      const Passage& passage = *ask.prepared->passage;
      ask.reply = MapToSource(decode::DecodeAnswers(chain_, ask.log_pa, rules), passage.text.text, passage.source);
    }
    ask.log_pa = {};
  }
}

absl::StatusOr<Reader::Prepared> Reader::PrepareOrRunOut(const Request& request, const Prepared* before) const {
  try {
    return Prepare(request, before);
  } catch (const std::bad_alloc&) {
    return OutOfMemory(request.passage.size());
  }
}

// One passage that is too much must not take the others of its slice with it: then each runs alone.
void Reader::RunSliceOrRunOut(std::span<Ask> asks, const decode::AnswerRules& rules) const {
  try {
    RunSlice(asks, rules);
    return;
  } catch (const std::bad_alloc&) {
    for (Ask& ask : asks) {
      ask.log_pa = {};
      ask.reply = {};
      ask.status = absl::OkStatus();
    }
  }
  if (asks.size() == 1) {
    asks[0].status = OutOfMemory(asks[0].prepared->passage->source.size());
    return;
  }
  for (size_t i = 0; i < asks.size(); ++i) RunSliceOrRunOut(asks.subspan(i, 1), rules);
}

std::vector<RequestResult> Reader::ReadAll(std::span<const Request> requests, const decode::AnswerRules& rules) const {
  std::vector<RequestResult> results(requests.size(), std::vector<Reply>());
  std::vector<absl::StatusOr<Prepared>> prepared;
  std::vector<Ask> asks;
  std::vector<size_t> owners;  // the request of each ask
  prepared.reserve(requests.size());
  for (size_t i = 0; i < requests.size(); ++i) {
    const Prepared* before = i > 0 && prepared.back().ok() ? &*prepared.back() : nullptr;
    prepared.push_back(PrepareOrRunOut(requests[i], before));
    if (!prepared.back().ok()) {
      results[i] = prepared.back().status();
      continue;
    }
    for (size_t question = 0; question < requests[i].questions.size(); ++question) {
      asks.emplace_back();
      asks.back().prepared = &*prepared.back();
      asks.back().question = question;
      owners.push_back(i);
    }
  }
  for (size_t begin = 0; begin < asks.size();) {
    size_t end = begin;
    size_t chars = 0;
    do {
      chars += asks[end++].prepared->passage->chars();
    } while (end < asks.size() && chars < static_cast<size_t>(options_.slice_chars));
    RunSliceOrRunOut(std::span(asks).subspan(begin, end - begin), rules);
    begin = end;
  }
  for (size_t i = 0; i < asks.size(); ++i) {
    RequestResult& result = results[owners[i]];
    if (!result.ok()) continue;
    if (!asks[i].status.ok()) {
      result = asks[i].status;
    } else {
      result->push_back(std::move(asks[i].reply));
    }
  }
  return results;
}

}  // namespace tiqu::answer
