#include <algorithm>
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

// As many samples as fill some batches.
constexpr size_t kChunkSamples = 64;
constexpr size_t kChunkBytes = size_t{1} << 16;

struct Chunk {
  std::vector<data::Sample> samples;
  size_t bytes = 0;
};

struct ChunkOutcome {
  absl::Status status;
  Chunk chunk;
  eval::Evaluation evaluation;
  std::vector<eval::Prediction> candidates;
  std::string lines;
};

eval::Prediction ToPrediction(const Reply& reply) {
  eval::Prediction prediction;
  prediction.no_answer = reply.no_answer;
  for (const Answer& answer : reply.answers) {
    prediction.spans.push_back({answer.text, answer.begin, answer.end, answer.score});
  }
  return prediction;
}

// What the model would report under `rules`, given all candidates (Reader::ReadAll).
Reply Report(Reply reply, const decode::AnswerRules& rules) {
  if (rules.no_answer_threshold < 1.0F && reply.no_answer >= rules.no_answer_threshold) reply.answers.clear();
  std::erase_if(reply.answers, [&](const Answer& answer) { return answer.score < rules.threshold; });
  return reply;
}

ChunkOutcome WorkOnChunk(const answer::Reader& reader, const ModelEvaluationOptions& options, Chunk chunk) {
  ChunkOutcome outcome;
  decode::AnswerRules rules = options.rules;
  if (options.keep_candidates) {
    rules.threshold = decode::kLeastThreshold;
    rules.no_answer_threshold = 1.0F;
  }
  std::vector<answer::Request> requests;
  for (const data::Sample& sample : chunk.samples) requests.push_back({sample.passage, {sample.question}});
  std::vector<answer::RequestResult> results = reader.ReadAll(requests, rules);
  for (size_t i = 0; i < results.size(); ++i) {
    const data::Sample& sample = chunk.samples[i];
    if (!results[i].ok()) {
      outcome.status = Annotate(results[i].status(), fmt::format("sample \"{}\"", sample.id));
      return outcome;
    }
    const Reply& candidates = results[i]->front();
    const Reply reply = Report(candidates, options.rules);
    outcome.evaluation.Add(sample, ToPrediction(reply));
    if (options.keep_candidates) outcome.candidates.push_back(ToPrediction(candidates));
    if (!options.predictions) continue;
    answer::LineRequest request;
    request.id.clear();
    data::AppendJsonString(sample.id, &request.id);
    answer::AppendResultLine(request, {reply}, &outcome.lines);
  }
  outcome.chunk = std::move(chunk);
  return outcome;
}

}  // namespace

absl::StatusOr<ModelEvaluation> EvaluateModel(const answer::Reader& reader, const EvaluationInput& input,
                                              const ModelEvaluationOptions& options, data::Report* report) {
  ModelEvaluation result;
  const auto work = [&](Chunk chunk) { return WorkOnChunk(reader, options, std::move(chunk)); };
  const auto consume = [&](ChunkOutcome outcome) {
    if (Interrupted()) return absl::CancelledError("interrupted");
    if (!outcome.status.ok()) return outcome.status;
    result.evaluation.Merge(outcome.evaluation);
    result.passage_bytes += static_cast<int64_t>(outcome.chunk.bytes);
    if (options.keep_candidates) {
      std::move(outcome.chunk.samples.begin(), outcome.chunk.samples.end(), std::back_inserter(result.samples));
      std::move(outcome.candidates.begin(), outcome.candidates.end(), std::back_inserter(result.candidates));
    }
    if (options.predictions) TIQU_RETURN_IF_ERROR(options.predictions(outcome.lines));
    if (options.progress) options.progress(result.evaluation.overall().samples, result.passage_bytes);
    return absl::OkStatus();
  };

  answer::OrderedPipeline<Chunk, ChunkOutcome> pipeline(answer::WorkerCount(options.workers), work, consume);
  Chunk chunk;
  const auto push = [&] { return pipeline.Push(std::exchange(chunk, Chunk())); };
  const auto sink = [&](data::Sample sample) {
    if (Interrupted()) return absl::CancelledError("interrupted");
    chunk.bytes += sample.passage.size();
    chunk.samples.push_back(std::move(sample));
    if (chunk.samples.size() < kChunkSamples && chunk.bytes < kChunkBytes) return absl::OkStatus();
    return push() ? absl::OkStatus() : absl::AbortedError("the evaluation stopped");
  };
  absl::Status read_status;
  for (const std::string& file : input.files) {
    read_status = data::ReadSamples(file, input.read, sink, report);
    if (!read_status.ok()) break;
  }
  if (read_status.ok() && !chunk.samples.empty()) push();
  TIQU_RETURN_IF_ERROR(pipeline.Finish());  // first: it knows why the sink gave up
  TIQU_RETURN_IF_ERROR(read_status);
  return result;
}

}  // namespace tiqu::cli
