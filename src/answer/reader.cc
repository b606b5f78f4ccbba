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
constexpr char kSignature[] = "qa";
constexpr char kOutput[] = "pa";

decode::ChainScores ScoresOf(const model::ModelConfig& config) {
  if (!config.spec.crf) return {};
  return {config.crf.transitions, config.crf.begin, config.crf.end};
}

absl::Status CheckSignature(const engine::Engine& engine) {
  const auto found = engine.signatures().find(kSignature);
  if (found == engine.signatures().end()) {
    return absl::FailedPreconditionError("the model is not a Tiqu reader: it has no signature \"qa\"");
  }
  for (const char* input : {"q1_in", "q2_in", "p1_in", "p2_in", "k1_in", "k2_in", "pos_in"}) {
    const auto spec = found->second.inputs.find(input);
    if (spec == found->second.inputs.end() || spec->second.type != DataType::kFloat) {
      return absl::FailedPreconditionError(
          fmt::format("the model is not a Tiqu reader: signature \"qa\" has no float input {}", input));
    }
  }
  if (found->second.inputs.size() != 7 || !found->second.outputs.contains(kOutput)) {
    return absl::FailedPreconditionError(
        "the model is not a Tiqu reader: signature \"qa\" needs 7 inputs and the output pa");
  }
  return absl::OkStatus();
}

absl::Status OutOfMemory(size_t passage_bytes) {
  return absl::ResourceExhaustedError(fmt::format("there is no memory for a passage of {} bytes", passage_bytes));
}

absl::Status CheckVocabulary(std::string_view name, int32_t size, int expected) {
  if (size == expected) return absl::OkStatus();
  return absl::DataLossError(fmt::format("{} has {} entries, the model needs {}", name, size, expected));
}

}  // namespace

// A request after the text stage.
struct Reader::Prepared {
  std::string_view source;
  text::EncodedText passage;
  std::vector<text::EncodedText> questions;
  std::vector<decode::Window> windows;
};

// One question on one passage while it is worked on.
struct Reader::Ask {
  const Prepared* prepared = nullptr;
  size_t question = 0;
  std::vector<float> log_pa;  // [chars * 3]
  absl::Status status;
  Reply reply;
};

Reader::Reader(model::ModelConfig config, text::Tokenizer tokenizer, std::shared_ptr<const engine::Engine> engine,
               const ReaderOptions& options)
    : config_(std::move(config)),
      tokenizer_(std::move(tokenizer)),
      engine_(std::move(engine)),
      options_(options),
      chain_(ScoresOf(config_), config_.decoding.temperature) {}

absl::StatusOr<std::shared_ptr<const Reader>> Reader::Create(model::ModelConfig config, text::Tokenizer tokenizer,
                                                             std::shared_ptr<const engine::Engine> engine,
                                                             const ReaderOptions& options) {
  TIQU_RETURN_IF_ERROR(CheckVocabulary("chars.txt", tokenizer.chars().size(), config.spec.char_vocab_size));
  TIQU_RETURN_IF_ERROR(CheckVocabulary("words.txt", tokenizer.words().size(), config.spec.word_vocab_size));
  TIQU_RETURN_IF_ERROR(CheckSignature(*engine));
  return std::shared_ptr<const Reader>(new Reader(std::move(config), std::move(tokenizer), std::move(engine), options));
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

absl::StatusOr<Reader::Prepared> Reader::Prepare(const Request& request) const {
  if (request.passage.empty()) return absl::InvalidArgumentError("the passage is empty");
  if (request.passage.size() > kMostPassageBytes) {
    return absl::InvalidArgumentError(
        fmt::format("the passage has {} bytes, limit {}", request.passage.size(), kMostPassageBytes));
  }
  // Before the text stage, which takes many times a passage's memory.
  if (const int64_t chars = CountCodePoints(request.passage);
      options_.max_passage_chars > 0 && chars > options_.max_passage_chars) {
    return absl::InvalidArgumentError(
        fmt::format("the passage has {} characters, limit {}", chars, options_.max_passage_chars));
  }
  Prepared prepared;
  prepared.source = request.passage;
  absl::StatusOr<text::EncodedText> passage = tokenizer_.Encode(request.passage);
  if (!passage.ok()) return Annotate(passage.status(), "passage");
  prepared.passage = *std::move(passage);
  for (size_t i = 0; i < request.questions.size(); ++i) {
    const absl::Status status = AddQuestion(request.questions[i], &prepared);
    if (status.ok()) continue;
    return Annotate(status, request.questions.size() == 1 ? "question" : fmt::format("question {}", i + 1));
  }
  prepared.windows = decode::PlanWindows(static_cast<int32_t>(prepared.passage.char_ids.size()),
                                         config_.text.window_chars, config_.text.window_overlap_chars);
  return prepared;
}

absl::Status Reader::RunBatch(std::span<const WindowRow> rows, std::span<Ask> asks) const {
  TIQU_ASSIGN_OR_RETURN(engine::TensorMap outputs, engine_->Run(kSignature, MakeInputs(rows)));
  const auto found = outputs.find(kOutput);
  if (found == outputs.end()) return absl::InternalError("the engine gave no output pa");
  const Tensor& pa = found->second;
  const Shape expected = {static_cast<int64_t>(rows.size()), rows.front().passage_chars(), decode::kTags};
  if (pa.type() != DataType::kFloat || pa.shape() != expected) {
    return absl::FailedPreconditionError(fmt::format("the model gives pa of {} {}, expected DT_FLOAT {}",
                                                     DataTypeName(pa.type()), ShapeToString(pa.shape()),
                                                     ShapeToString(expected)));
  }
  const size_t row_size = static_cast<size_t>(expected[1] * expected[2]);
  for (size_t i = 0; i < rows.size(); ++i) {
    decode::TakeOwnPart(rows[i].window, {pa.data<float>() + i * row_size, row_size}, asks[rows[i].ask].log_pa);
  }
  return absl::OkStatus();
}

void Reader::RunSlice(std::span<Ask> asks, const decode::AnswerRules& rules) const {
  std::vector<WindowRow> rows;
  for (size_t i = 0; i < asks.size(); ++i) {
    const Prepared& prepared = *asks[i].prepared;
    asks[i].log_pa.resize(prepared.passage.char_ids.size() * decode::kTags);
    const text::EncodedText& question = prepared.questions[asks[i].question];
    const std::u32string_view chars = prepared.passage.text.chars;
    for (const decode::Window& window : prepared.windows) {
      const auto inside =
          chars.substr(static_cast<size_t>(window.begin), static_cast<size_t>(window.end - window.begin));
      rows.push_back({&question, &prepared.passage, window, text::FindAnchor(question.text.chars, inside), i});
    }
  }
  // The first row of a batch is its longest.
  for (const auto& [begin, end] : PlanBatches(&rows, options_.batch)) {
    const std::span<const WindowRow> batch(rows.data() + begin, end - begin);
    const absl::Status status = RunBatch(batch, asks);
    if (status.ok()) continue;
    for (const WindowRow& row : batch) asks[row.ask].status = status;
  }
  for (Ask& ask : asks) {
    if (ask.status.ok()) {
      const Prepared& prepared = *ask.prepared;
      ask.reply = MapToSource(decode::DecodeAnswers(chain_, ask.log_pa, rules), prepared.passage.text, prepared.source);
    }
    ask.log_pa = {};
  }
}

absl::StatusOr<Reader::Prepared> Reader::PrepareOrRunOut(const Request& request) const {
  try {
    return Prepare(request);
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
    asks[0].status = OutOfMemory(asks[0].prepared->source.size());
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
    prepared.push_back(PrepareOrRunOut(requests[i]));
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
      chars += asks[end++].prepared->passage.char_ids.size();
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
