#include <map>
#include <utility>

#include "answer/jsonl_request.h"
#include "answer/jsonl_stream.h"
#include "answer/ordered_pipeline.h"
#include "base/interrupt.h"
#include "base/status.h"
#include "cli/evaluate.h"
#include "data/json_text.h"
#include "fmt/format.h"

namespace tiqu::cli {
namespace {

// As many texts as fill some batches.
constexpr size_t kChunkTexts = 256;
constexpr size_t kChunkTextBytes = size_t{1} << 16;

struct TextChunk {
  std::vector<data::Sample> texts;
  size_t bytes = 0;
};

struct TextOutcome {
  absl::Status status;
  size_t texts = 0;
  size_t bytes = 0;
  eval::Evaluation evaluation;
  std::string lines;
};

// A sample for each type that the text or the model has there.
void AddByType(const data::Sample& text, const std::vector<answer::Entity>& entities, eval::Evaluation* evaluation) {
  std::map<std::string, std::pair<data::Sample, eval::Prediction>> types;
  for (const data::AnswerSpan& gold : text.answers) types[gold.label].first.answers.push_back(gold);
  for (const answer::Entity& entity : entities) {
    types[entity.type].second.spans.push_back({entity.text, entity.begin, entity.end, entity.score});
  }
  for (auto& [type, pair] : types) {
    auto& [sample, prediction] = pair;
    sample.id = text.id;
    sample.label = sample.question = type;
    sample.passage = text.passage;
    evaluation->Add(sample, prediction);
  }
}

TextOutcome TagChunk(const answer::Tagger& tagger, float threshold, bool with_lines, const TextChunk& chunk) {
  TextOutcome outcome;
  std::vector<std::string_view> passages;
  for (const data::Sample& text : chunk.texts) passages.emplace_back(text.passage);
  const std::vector<answer::TagResult> results = tagger.TagAll(passages, threshold);
  for (size_t i = 0; i < results.size(); ++i) {
    const data::Sample& text = chunk.texts[i];
    if (!results[i].ok()) {
      outcome.status = Annotate(results[i].status(), fmt::format("text \"{}\"", text.id));
      return outcome;
    }
    AddByType(text, *results[i], &outcome.evaluation);
    if (!with_lines) continue;
    answer::LineRequest request;
    request.id.clear();
    data::AppendJsonString(text.id, &request.id);
    answer::AppendEntityLine(request, *results[i], &outcome.lines);
  }
  outcome.texts = chunk.texts.size();
  outcome.bytes = chunk.bytes;
  return outcome;
}

}  // namespace

absl::StatusOr<TaggerEvaluation> EvaluateTagger(const answer::Tagger& tagger, const EvaluationInput& input,
                                                const TaggerEvaluationOptions& options, data::Report* report) {
  TaggerEvaluation result;
  const bool with_lines = options.predictions != nullptr;
  const auto work = [&](const TextChunk& chunk) { return TagChunk(tagger, options.threshold, with_lines, chunk); };
  const auto consume = [&](const TextOutcome& outcome) {
    if (Interrupted()) return absl::CancelledError("interrupted");
    if (!outcome.status.ok()) return outcome.status;
    result.evaluation.Merge(outcome.evaluation);
    result.texts += static_cast<int64_t>(outcome.texts);
    result.bytes += static_cast<int64_t>(outcome.bytes);
    if (options.predictions) TIQU_RETURN_IF_ERROR(options.predictions(outcome.lines));
    if (options.progress) options.progress(result.texts, result.bytes);
    return absl::OkStatus();
  };

  answer::OrderedPipeline<TextChunk, TextOutcome> pipeline(answer::WorkerCount(options.workers), work, consume);
  TextChunk chunk;
  const auto push = [&] { return pipeline.Push(std::exchange(chunk, TextChunk())); };
  const auto sink = [&](data::Sample text) {
    if (Interrupted()) return absl::CancelledError("interrupted");
    chunk.bytes += text.passage.size();
    chunk.texts.push_back(std::move(text));
    if (chunk.texts.size() < kChunkTexts && chunk.bytes < kChunkTextBytes) return absl::OkStatus();
    return push() ? absl::OkStatus() : absl::AbortedError("the evaluation stopped");
  };
  data::ReadOptions read = input.read;
  read.as_entities = true;
  absl::Status read_status;
  for (const std::string& file : input.files) {
    read_status = data::ReadSamples(file, read, sink, report);
    if (!read_status.ok()) break;
  }
  if (read_status.ok() && !chunk.texts.empty()) push();
  TIQU_RETURN_IF_ERROR(pipeline.Finish());  // first: it knows why the sink gave up
  TIQU_RETURN_IF_ERROR(read_status);
  return result;
}

}  // namespace tiqu::cli
