#include <simdjson.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/file.h"
#include "base/log.h"
#include "base/status.h"
#include "cli/evaluate.h"
#include "data/json_field.h"
#include "fmt/format.h"

namespace tiqu::cli {
namespace {

using data::JsonElement;
using data::JsonObject;

struct PredictionLine {
  std::string id;
  eval::Prediction prediction;
};

absl::StatusOr<eval::PredictedSpan> ReadSpan(const JsonElement& element) {
  JsonObject object;
  if (element.get(object) != simdjson::SUCCESS) return absl::InvalidArgumentError("an answer is not an object");
  eval::PredictedSpan span;
  const auto text = data::JsonText(object, "text");
  if (!text) return absl::InvalidArgumentError("an answer has no \"text\"");
  span.text = *text;
  span.begin = static_cast<int32_t>(data::JsonInt(object, "begin").value_or(-1));
  span.end = static_cast<int32_t>(data::JsonInt(object, "end").value_or(-1));
  double score = 1;
  if (object["score"].get(score) == simdjson::SUCCESS) span.score = static_cast<float>(score);
  return span;
}

// A line with an error is a prediction of nothing.
absl::StatusOr<PredictionLine> ReadLine(std::string_view line, simdjson::dom::parser* parser) {
  JsonElement root;
  if (const auto error = parser->parse(line.data(), line.size()).get(root); error != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(data::JsonFault(line, error));
  }
  JsonObject object;
  if (root.get(object) != simdjson::SUCCESS) return absl::InvalidArgumentError("not a JSON object");
  PredictionLine result;
  result.id = data::JsonId(object);
  if (data::JsonHas(object, "error")) return result;
  const auto answers = data::JsonList(object, "answers");
  if (!answers) return absl::InvalidArgumentError("\"answers\" is missing or not a list");
  for (const JsonElement element : *answers) {
    TIQU_ASSIGN_OR_RETURN(eval::PredictedSpan span, ReadSpan(element));
    result.prediction.spans.push_back(std::move(span));
  }
  double no_answer = 0;
  if (object["no_answer"].get(no_answer) != simdjson::SUCCESS) no_answer = result.prediction.spans.empty() ? 1 : 0;
  result.prediction.no_answer = static_cast<float>(no_answer);
  return result;
}

absl::StatusOr<std::vector<PredictionLine>> ReadPredictions(const std::string& path) {
  TIQU_ASSIGN_OR_RETURN(LineReader reader, LineReader::Open(path));
  std::vector<PredictionLine> predictions;
  simdjson::dom::parser parser;
  for (std::string line;;) {
    TIQU_ASSIGN_OR_RETURN(const bool more, reader.Next(&line));
    if (!more) return predictions;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    absl::StatusOr<PredictionLine> prediction = ReadLine(line, &parser);
    if (!prediction.ok()) return Annotate(prediction.status(), fmt::format("{} line {}", path, reader.line_number()));
    predictions.push_back(*std::move(prediction));
  }
}

using ById = std::unordered_map<std::string, const eval::Prediction*>;

// Empty when ids do not tell the samples apart, or no prediction has one. Lines without an id then match no sample.
ById IndexById(const std::vector<data::Sample>& samples, const std::vector<PredictionLine>& predictions) {
  std::unordered_map<std::string, int> seen;
  for (const data::Sample& sample : samples) {
    if (sample.id.empty() || ++seen[sample.id] > 1) return {};
  }
  ById by_id;
  for (const PredictionLine& line : predictions) {
    if (!line.id.empty()) by_id[line.id] = &line.prediction;
  }
  return by_id;
}

}  // namespace

absl::StatusOr<eval::Evaluation> EvaluatePredictions(const std::vector<data::Sample>& samples,
                                                     const std::string& path) {
  TIQU_ASSIGN_OR_RETURN(const std::vector<PredictionLine> predictions, ReadPredictions(path));
  const ById by_id = IndexById(samples, predictions);
  if (by_id.empty() && predictions.size() != samples.size()) {
    return absl::FailedPreconditionError(
        fmt::format("{} has {} predictions for {} samples, and the samples have no ids of their own to match them by",
                    path, predictions.size(), samples.size()));
  }
  const auto skipped =
      std::count_if(predictions.begin(), predictions.end(), [](const PredictionLine& line) { return line.id.empty(); });
  if (!by_id.empty() && skipped > 0) {
    TIQU_LOG_WARNING("{}: {} of {} predictions have no id and are left out", path, skipped, predictions.size());
  }
  eval::Evaluation evaluation;
  for (size_t i = 0; i < samples.size(); ++i) {
    const eval::Prediction* prediction = &predictions[std::min(i, predictions.size() - 1)].prediction;
    if (!by_id.empty()) {
      const auto found = by_id.find(samples[i].id);
      if (found == by_id.end()) {
        return absl::FailedPreconditionError(
            fmt::format("{} has no prediction for sample \"{}\"", path, samples[i].id));
      }
      prediction = found->second;
    }
    evaluation.Add(samples[i], *prediction);
  }
  return evaluation;
}

}  // namespace tiqu::cli
