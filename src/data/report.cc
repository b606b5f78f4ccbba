#include "data/report.h"

#include <fmt/format.h>

#include "data/json_text.h"

namespace tiqu::data {
namespace {

constexpr size_t kExamples = 3;

int64_t Sum(const std::map<std::string, Tally>& tallies) {
  int64_t sum = 0;
  for (const auto& [reason, tally] : tallies) sum += tally.count;
  return sum;
}

void MergeTallies(const std::map<std::string, Tally>& from, std::map<std::string, Tally>* to) {
  for (const auto& [reason, tally] : from) {
    Tally& mine = (*to)[reason];
    mine.count += tally.count;
    for (const std::string& example : tally.examples) {
      if (mine.examples.size() < kExamples) mine.examples.push_back(example);
    }
  }
}

void AppendSection(const char* title, const std::map<std::string, Tally>& tallies, std::string* out) {
  if (tallies.empty()) return;
  *out += fmt::format("{}\n", title);
  for (const auto& [reason, tally] : tallies) {
    *out += fmt::format("  {:>9}  {}\n", tally.count, reason);
    for (const std::string& example : tally.examples) *out += fmt::format("               {}\n", example);
  }
}

void AppendJsonTallies(const char* key, const std::map<std::string, Tally>& tallies, std::string* out) {
  *out += fmt::format(",\"{}\":{{", key);
  bool first = true;
  for (const auto& [reason, tally] : tallies) {
    if (!first) *out += ',';
    first = false;
    AppendJsonString(reason, out);
    *out += fmt::format(":{{\"count\":{},\"examples\":[", tally.count);
    for (size_t i = 0; i < tally.examples.size(); ++i) {
      if (i > 0) *out += ',';
      AppendJsonString(tally.examples[i], out);
    }
    *out += "]}";
  }
  *out += '}';
}

}  // namespace

int64_t Report::samples_dropped() const { return Sum(dropped); }
int64_t Report::records_bad() const { return Sum(bad_records); }

void Report::Merge(const Report& other) {
  records_read += other.records_read;
  samples_read += other.samples_read;
  samples_kept += other.samples_kept;
  unanswerable += other.unanswerable;
  several_answers += other.several_answers;
  answers_kept += other.answers_kept;
  answers_verified += other.answers_verified;
  answers_unplaced += other.answers_unplaced;
  MergeTallies(other.bad_records, &bad_records);
  MergeTallies(other.dropped, &dropped);
  MergeTallies(other.repaired, &repaired);
  MergeTallies(other.noted, &noted);
  interrupted = interrupted || other.interrupted;
}

void Count(std::map<std::string, Tally>* tallies, std::string_view reason, std::string_view example) {
  Tally& tally = (*tallies)[std::string(reason)];
  ++tally.count;
  if (!example.empty() && tally.examples.size() < kExamples) tally.examples.emplace_back(example);
}

std::string FormatReport(const Report& report) {
  std::string out;
  out += fmt::format("{:<18}{:>9}\n", "records read", report.records_read);
  out += fmt::format("{:<18}{:>9}\n", "samples read", report.samples_read);
  out += fmt::format("{:<18}{:>9}  ({} unanswerable, {} with several answers)\n", "samples kept", report.samples_kept,
                     report.unanswerable, report.several_answers);
  out += fmt::format("{:<18}{:>9}  ({} at the offset given, {} at every place where the text stands)\n", "answers kept",
                     report.answers_kept, report.answers_verified, report.answers_unplaced);
  AppendSection("records not read", report.bad_records, &out);
  AppendSection("samples dropped", report.dropped, &out);
  AppendSection("answers repaired", report.repaired, &out);
  AppendSection("noted", report.noted, &out);
  if (report.interrupted) out += "stopped before the end of the input\n";
  return out;
}

std::string ReportToJson(const Report& report) {
  std::string out = fmt::format(
      "{{\"records_read\":{},\"samples_read\":{},\"samples_kept\":{},\"unanswerable\":{},\"several_answers\":{},"
      "\"answers_kept\":{},\"answers_verified\":{},\"answers_unplaced\":{}",
      report.records_read, report.samples_read, report.samples_kept, report.unanswerable, report.several_answers,
      report.answers_kept, report.answers_verified, report.answers_unplaced);
  AppendJsonTallies("bad_records", report.bad_records, &out);
  AppendJsonTallies("dropped", report.dropped, &out);
  AppendJsonTallies("repaired", report.repaired, &out);
  AppendJsonTallies("noted", report.noted, &out);
  out += fmt::format(",\"interrupted\":{}}}", report.interrupted);
  return out;
}

}  // namespace tiqu::data
