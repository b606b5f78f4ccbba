#include "eval/format_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/utf8.h"

namespace tiqu::eval {
namespace {

using Json = nlohmann::ordered_json;

// Columns that a terminal needs: Han and full-width characters take two.
size_t DisplayWidth(const std::string& text) {
  size_t width = 0;
  for (const char32_t c : DecodeUtf8(text).value_or(U"?")) width += c >= 0x1100 ? 2 : 1;
  return width;
}

std::string Padded(const std::string& text, size_t width) {
  const size_t used = DisplayWidth(text);
  return used >= width ? text : text + std::string(width - used, ' ');
}

struct Row {
  std::string name;
  const Metrics* metrics;
};

std::string Percent(double share) { return fmt::format("{:6.2f}", 100 * share); }

void AppendRow(const Row& row, size_t name_width, std::string* out) {
  const Metrics& m = *row.metrics;
  *out += Padded(row.name, name_width);
  *out += fmt::format(" {:>8} {:>8}  {} {} {}  {}  {}", m.samples, m.spans.gold, Percent(m.spans.precision()),
                      Percent(m.spans.recall()), Percent(m.spans.f1()), Percent(m.texts.f1()), Percent(m.set_exact()));
  *out += fmt::format("  {} {}", Percent(m.no_answer_accuracy()),
                      m.unanswerable == 0 ? std::string("     -") : Percent(m.no_answer.f1()));
  if (m.cmrc_samples == 0) {
    *out += "       -      -";
  } else {
    *out += fmt::format("  {} {}", Percent(m.cmrc_em()), Percent(m.cmrc_f1()));
  }
  *out += fmt::format("  {}\n", Percent(m.span_scores.value()));
}

void AppendTable(const std::string& title, const std::vector<Row>& rows, std::string* out) {
  if (rows.empty()) return;
  size_t width = DisplayWidth(title);
  for (const Row& row : rows) width = std::max(width, DisplayWidth(row.name));
  *out += Padded(title, width);
  *out += "  samples    spans       P      R     F1  textF1     set   n/aAcc n/aF1  cmrcEM cmrcF1     ECE\n";
  for (const Row& row : rows) AppendRow(row, width, out);
}

void AppendEntityRow(const Row& row, size_t name_width, std::string* out) {
  const Counts& spans = row.metrics->spans;
  *out += Padded(row.name, name_width);
  *out += fmt::format(" {:>8} {:>9} {:>7}  {} {} {}  {}\n", spans.gold, spans.predicted, spans.right,
                      Percent(spans.precision()), Percent(spans.recall()), Percent(spans.f1()),
                      Percent(row.metrics->span_scores.value()));
}

Json CountsJson(const Counts& counts) {
  return {{"gold", counts.gold},       {"predicted", counts.predicted},
          {"right", counts.right},     {"precision", counts.precision()},
          {"recall", counts.recall()}, {"f1", counts.f1()}};
}

Json CalibrationJson(const CalibrationError& error) {
  Json bins = Json::array();
  for (const CalibrationError::Bin& bin : error.bins()) {
    const double count = static_cast<double>(std::max<int64_t>(1, bin.count));
    bins.push_back({{"count", bin.count},
                    {"mean_score", bin.score_sum / count},
                    {"share_right", static_cast<double>(bin.right) / count}});
  }
  return {{"ece", error.value()}, {"count", error.count()}, {"bins", std::move(bins)}};
}

Json MetricsJson(const Metrics& m) {
  Json json;
  json["samples"] = m.samples;
  json["unanswerable"] = m.unanswerable;
  json["spans"] = CountsJson(m.spans);
  json["texts"] = CountsJson(m.texts);
  json["set_exact"] = m.set_exact();
  json["no_answer"] = CountsJson(m.no_answer);
  json["no_answer"]["accuracy"] = m.no_answer_accuracy();
  json["cmrc"] = {{"samples", m.cmrc_samples}, {"em", m.cmrc_em()}, {"f1", m.cmrc_f1()}};
  json["span_calibration"] = CalibrationJson(m.span_scores);
  json["no_answer_calibration"] = CalibrationJson(m.no_answer_scores);
  return json;
}

}  // namespace

std::string FormatMetrics(const std::vector<std::pair<std::string, const Evaluation*>>& systems) {
  std::string out;
  if (systems.empty()) return out;
  std::vector<Row> rows;
  for (const auto& [name, evaluation] : systems) rows.push_back({name, &evaluation->overall()});
  AppendTable("all", rows, &out);
  const Evaluation& first = *systems.front().second;
  rows.clear();
  for (const auto& [label, metrics] : first.by_label()) rows.push_back({label, &metrics});
  if (!rows.empty()) out += '\n';
  AppendTable("label", rows, &out);
  rows.clear();
  for (const auto& [bucket, metrics] : first.by_length()) rows.push_back({LengthBucketName(bucket), &metrics});
  if (!rows.empty()) out += '\n';
  AppendTable("characters", rows, &out);
  return out;
}

std::string FormatEntities(const Evaluation& evaluation) {
  std::vector<Row> rows = {{"all", &evaluation.overall()}};
  for (const auto& [type, metrics] : evaluation.by_label()) rows.push_back({type, &metrics});
  size_t width = DisplayWidth("type");
  for (const Row& row : rows) width = std::max(width, DisplayWidth(row.name));
  std::string out = Padded("type", width) + "     gold predicted   right       P      R     F1     ECE\n";
  for (const Row& row : rows) AppendEntityRow(row, width, &out);
  return out;
}

std::string FormatMetrics(const Evaluation& evaluation) { return FormatMetrics({{"model", &evaluation}}); }

std::string MetricsToJson(const Evaluation& evaluation) {
  Json json;
  json["overall"] = MetricsJson(evaluation.overall());
  json["by_label"] = Json::object();
  for (const auto& [label, metrics] : evaluation.by_label()) json["by_label"][label] = MetricsJson(metrics);
  json["by_length"] = Json::object();
  for (const auto& [bucket, metrics] : evaluation.by_length()) {
    json["by_length"][LengthBucketName(bucket)] = MetricsJson(metrics);
  }
  // Labels come from files: what is not UTF-8 is replaced rather than thrown about.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tiqu::eval
