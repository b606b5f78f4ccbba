#include "train/report.h"

#include <algorithm>

#include "base/file.h"
#include "base/status.h"
#include "fmt/format.h"
#include "train/error_examples.h"
#include "train/svg_chart.h"

namespace tiqu::train {
namespace {

using nlohmann::json;

constexpr size_t kMostErrors = 40;
constexpr size_t kMostLabels = 200;
constexpr int kContextChars = 40;

constexpr const char* kStyle = R"(
:root{color-scheme:light dark;--edge:#8885;--soft:#8882}
body{font:15px/1.6 system-ui,sans-serif;max-width:1000px;margin:2em auto;padding:0 1em}
h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em;border-bottom:1px solid var(--edge)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(420px,1fr));gap:1em}
svg{width:100%;height:auto;background:var(--soft);border-radius:6px}
svg text{font-size:12px;fill:currentColor}svg text.name{font-weight:600}
svg .grid{stroke:var(--edge);stroke-width:1}svg .line{fill:none;stroke-width:1.6}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
td,th{padding:.15em .8em;text-align:right;border-bottom:1px solid var(--edge)}
td:first-child,th:first-child{text-align:left}
.facts td{text-align:left}
.error{border:1px solid var(--edge);border-radius:6px;padding:.5em 1em;margin:.8em 0}
.error p{margin:.3em 0}.small{opacity:.75;font-size:.9em}
mark{color:inherit;border-radius:3px;padding:0 1px}
mark.right,mark.gold{background:#2a96524d}
mark.gold{outline:1px dashed #2a9652}mark.wrong{background:#d6453d4d;outline:1px solid #d6453d}
pre{background:var(--soft);padding:1em;border-radius:6px;overflow:auto}
)";

std::vector<std::pair<double, double>> Points(const std::vector<json>& metrics, const char* kind, const char* field,
                                              double factor) {
  std::vector<std::pair<double, double>> points;
  for (const json& line : metrics) {
    if (line.value("kind", "") != kind || !line.contains(field) || !line.contains("step")) continue;
    if (!line[field].is_number() || !line["step"].is_number()) continue;
    points.emplace_back(line["step"].get<double>(), factor * line[field].get<double>());
  }
  return points;
}

std::string Charts(const std::vector<json>& metrics) {
  const auto train = [&](const char* field) { return Points(metrics, "train", field, 1); };
  const auto valid = [&](const char* field, double factor) { return Points(metrics, "valid", field, factor); };
  const Chart charts[] = {
      {"loss a sample", "step", {{"training", "#4c78a8", train("loss")}, {"validation", "#e4572e", valid("loss", 1)}}},
      {"validation, spans, percent",
       "step",
       {{"F1", "#2a9652", valid("f1", 100)},
        {"P", "#b07aa1", valid("precision", 100)},
        {"R", "#c98b1b", valid("recall", 100)}}},
      {"learning rate", "step", {{"", "#4c78a8", train("learning_rate")}}},
      {"gradient norm", "step", {{"", "#4c78a8", train("gradient_norm")}}},
  };
  std::string out = "<h2>Curves</h2><div class=\"charts\">";
  for (const Chart& chart : charts) out += RenderChart(chart) + "\n";
  return out + "</div>\n";
}

std::string ScoreRow(const std::string& name, const eval::Metrics& metrics) {
  return fmt::format(
      "<tr><td>{}</td><td>{}</td><td>{}</td><td>{:.2f}</td><td>{:.2f}</td><td>{:.2f}</td><td>{:.2f}</td>"
      "<td>{:.2f}</td><td>{:.2f}</td></tr>\n",
      EscapeHtml(name), metrics.samples, metrics.spans.gold, 100 * metrics.spans.precision(),
      100 * metrics.spans.recall(), 100 * metrics.spans.f1(), 100 * metrics.texts.f1(), 100 * metrics.set_exact(),
      100 * metrics.no_answer_accuracy());
}

std::string ScoreTable(const std::string& title, const std::string& rows) {
  return fmt::format(
      "<h2>{}</h2><table><tr><th></th><th>samples</th><th>spans</th><th>P</th><th>R</th><th>F1</th><th>text F1</th>"
      "<th>set exact</th><th>answerable</th></tr>\n{}</table>\n",
      title, rows);
}

std::string Scores(const eval::Evaluation& evaluation) {
  std::string out = ScoreTable("Scores", ScoreRow("all", evaluation.overall()));
  if (!evaluation.by_label().empty()) {
    std::vector<std::pair<std::string, eval::Metrics>> labels(evaluation.by_label().begin(),
                                                              evaluation.by_label().end());
    std::stable_sort(labels.begin(), labels.end(),
                     [](const auto& a, const auto& b) { return a.second.samples > b.second.samples; });
    labels.resize(std::min(labels.size(), kMostLabels));
    std::string rows;
    for (const auto& [label, metrics] : labels) rows += ScoreRow(label, metrics);
    out += ScoreTable("By label", rows);
  }
  std::string rows;
  for (const auto& [bucket, metrics] : evaluation.by_length()) {
    rows += ScoreRow(eval::LengthBucketName(bucket) + " characters", metrics);
  }
  return out + ScoreTable("By passage length", rows);
}

std::string GoldList(const data::Sample& sample) {
  if (sample.answers.empty()) return "no answer";
  std::string out;
  for (const data::AnswerSpan& answer : sample.answers) {
    out += fmt::format("{}<mark class=\"gold\">{}</mark>", out.empty() ? "" : ", ", EscapeHtml(answer.text));
  }
  return out;
}

std::string PredictedList(const eval::Prediction& prediction) {
  if (prediction.spans.empty()) return fmt::format("no answer ({:.2f})", prediction.no_answer);
  std::string out;
  for (const eval::PredictedSpan& span : prediction.spans) {
    out += fmt::format("{}{} ({:.2f})", out.empty() ? "" : ", ", EscapeHtml(span.text), span.score);
  }
  return out;
}

std::string Errors(const ReportedValidation& validation) {
  const std::vector<ErrorExample> errors = WorstErrors(validation.samples, validation.predictions, kMostErrors);
  std::string out = fmt::format(
      "<h2>Worst errors</h2><p class=\"small\">The {} that the model was surest of. <mark class=\"right\">right</mark> "
      "<mark class=\"gold\">missed</mark> <mark class=\"wrong\">wrong</mark></p>\n",
      errors.size());
  for (const ErrorExample& error : errors) {
    const data::Sample& sample = validation.samples[error.sample];
    const eval::Prediction& prediction = validation.predictions[error.sample];
    out += fmt::format(
        "<div class=\"error\"><p><b>{}</b> <span class=\"small\">{} {}</span></p><p>{}</p>"
        "<p class=\"small\">gold: {}<br/>predicted: {}</p></div>\n",
        EscapeHtml(sample.question), EscapeHtml(sample.label), EscapeHtml(sample.id),
        HighlightPassage(sample, prediction, kContextChars), GoldList(sample), PredictedList(prediction));
  }
  return out;
}

std::string Facts(const std::vector<std::pair<std::string, std::string>>& facts) {
  std::string out = "<table class=\"facts\">\n";
  for (const auto& [name, value] : facts) {
    out += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", EscapeHtml(name), EscapeHtml(value));
  }
  return out + "</table>\n";
}

}  // namespace

std::string RenderReport(const ReportInput& input) {
  std::string out = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>";
  out += "<meta name=\"viewport\" content=\"width=device-width\"/>";
  out += fmt::format("<title>{}</title><style>{}</style></head><body>\n", EscapeHtml(input.title), kStyle);
  out += fmt::format("<h1>{}</h1>\n{}{}", EscapeHtml(input.title), Facts(input.facts), Charts(input.metrics));
  if (input.validation != nullptr) out += Scores(input.validation->evaluation) + Errors(*input.validation);
  // Invalid UTF-8 (a file name may hold it) becomes U+FFFD.
  const std::string config = input.config.dump(2, ' ', false, json::error_handler_t::replace);
  return out + fmt::format("<h2>Options</h2><pre>{}</pre>\n</body></html>\n", EscapeHtml(config));
}

absl::StatusOr<std::vector<json>> ReadMetrics(const std::string& path) {
  TIQU_ASSIGN_OR_RETURN(LineReader reader, LineReader::Open(path));
  std::vector<json> lines;
  std::string line;
  while (true) {
    TIQU_ASSIGN_OR_RETURN(const bool more, reader.Next(&line));
    if (!more) return lines;
    json parsed = json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (parsed.is_object()) lines.push_back(std::move(parsed));
  }
}

}  // namespace tiqu::train
