// What a reader did with its input: nothing is dropped, moved or guessed without a line here.
//
//   Report report;
//   TIQU_RETURN_IF_ERROR(ReadSamples("train.json", options, sink, &report));
//   std::cout << FormatReport(report);
//
// Holds always: samples_read == samples_kept + all dropped samples. Lines that could not be read at all gave no sample
// and are counted under `bad_records`.
//
// Thread safety: none; a value.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tiqu::data {

struct Tally {
  int64_t count = 0;
  std::vector<std::string> examples;  // the first few: "file:line (id): what"
};

struct Report {
  int64_t records_read = 0;  // lines, paragraphs or sentences, whatever the format is made of
  int64_t samples_read = 0;
  int64_t samples_kept = 0;
  int64_t unanswerable = 0;     // of the kept ones
  int64_t several_answers = 0;  // of the kept ones
  int64_t answers_kept = 0;
  int64_t answers_verified = 0;  // of the kept ones: the given offset holds the given text
  int64_t answers_unplaced = 0;  // of the kept ones: no offset given, the text stands at several places, all are meant

  std::map<std::string, Tally> bad_records;  // by reason
  std::map<std::string, Tally> dropped;      // samples, by reason
  std::map<std::string, Tally> repaired;     // answers, by what was done; the sample was kept
  std::map<std::string, Tally> noted;        // kept as they are, but worth knowing (duplicates, overlaps, ...)
  bool interrupted = false;                  // the sink or the user stopped it early

  int64_t samples_dropped() const;
  int64_t records_bad() const;
  void Merge(const Report& other);
};

// Counts one case of `reason` and keeps the example if it is among the first and not empty.
void Count(std::map<std::string, Tally>* tallies, std::string_view reason, std::string_view example);

std::string FormatReport(const Report& report);  // for people; ends in a line break
std::string ReportToJson(const Report& report);  // one object, one line, no line break

}  // namespace tiqu::data
