// Reads labelled questions from any file format that Tiqu knows.
//
//   ReadOptions options;
//   options.format = Format::kSpans;
//   TIQU_ASSIGN_OR_RETURN(options.labels, LabelMap::Load("examples/labels/xxcq.json"));
//   Report report;
//   TIQU_RETURN_IF_ERROR(ReadSamples("train.jsonl", options, [&](Sample s) { ...; return absl::OkStatus(); },
//   &report));
//
// Formats made of lines are read in bounded memory; the SQuAD family and Label Studio's export are read whole.
// docs/data.md describes the formats.
//
// Thread safety: free functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/collector.h"
#include "data/read_options.h"
#include "data/report.h"
#include "data/sample.h"

namespace tiqu::data {

// Hands every good sample to `sink`, in the order of the file; bad ones are counted in `report` (which is added to).
// "-" is standard input (its format must be given, and be one made of lines); the format of a pipe must be given, too.
// Errors: the file cannot be read; the format is not given and not recognised, or needs a label map and has none; the
// sink's own error, which stops reading.
absl::Status ReadSamples(const std::string& path, const ReadOptions& options, const SampleSink& sink, Report* report);

// The same into memory.
absl::StatusOr<std::vector<Sample>> ReadAllSamples(const std::string& path, const ReadOptions& options, Report* report);

// The same from bytes; `name` stands for the file's name in the report.
absl::Status ReadSamplesFromBytes(std::string_view bytes, const std::string& name, const ReadOptions& options,
                                  const SampleSink& sink, Report* report);

// False for standard input ("-") and for pipes, which are gone once they were read.
bool CanBeReadAgain(const std::string& path);

// The format that the begin of a file shows. Errors: INVALID_ARGUMENT when none fits.
absl::StatusOr<Format> DetectFormat(std::string_view head);

}  // namespace tiqu::data
