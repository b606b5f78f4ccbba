// What the readers' fuzzers share: reads, and stops the process when a sample breaks the readers' promises.
//
// Thread safety: none.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/utf8.h"
#include "data/reader.h"

namespace tiqu::data {

inline void FuzzWithOptions(const ReadOptions& options, std::string_view bytes) {
  Report report;
  const auto check = [&options](const Sample& sample) {
    if (sample.question.empty() != options.as_entities || !DecodeUtf8(sample.passage).ok()) std::abort();
    for (const AnswerSpan& answer : sample.answers) {
      if (answer.label.empty() == options.as_entities) std::abort();
      if (answer.begin_char < 0) continue;
      if (Utf8Substring(sample.passage, answer.begin_char, answer.end_char) != answer.text) std::abort();
    }
    return absl::OkStatus();
  };
  const absl::Status status = ReadSamplesFromBytes(bytes, "fuzz", options, check, &report);
  if (status.ok() && report.samples_read != report.samples_kept + report.samples_dropped()) std::abort();
  FormatReport(report);
}

// As questions and, where the format has them, as entities.
inline void FuzzReader(Format format, std::string_view bytes) {
  ReadOptions options;
  options.format = format;
  options.labels = LabelMap::Parse(R"({"PER":["谁"],"LOC":["在哪","{}在哪"]})").value();
  options.wordings = Wordings::kAll;
  if (bytes.size() % 2 == 1) options.join_at = "PER";
  FuzzWithOptions(options, bytes);
  if (format != Format::kSpans && format != Format::kColumns && format != Format::kLabelStudio) return;
  options.as_entities = true;
  FuzzWithOptions(options, bytes);
}

}  // namespace tiqu::data
