// Where every reader puts what it read: checks and repairs offsets, counts, and hands good samples on.
//
//   SampleCollector out("a.jsonl", options, sink, &report);
//   if (out.SetPassage("张三住北京。", "3")) {
//     out.Add({.id = "7", .question = "张三住哪里", .answers = {{"北京", 4}}});   // repaired: 北京 stands at 3
//   }
//
// An answer's offset is taken as given when the passage has the text there. If not, the nearest occurrence is taken and
// counted as repaired. Without an offset: the place of the text if it is the only one; else every place is meant and
// begin_char stays -1. A text that the passage does not have drops the sample: its labels would be wrong.
//
// Thread safety: none.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "data/passage.h"
#include "data/read_options.h"
#include "data/report.h"
#include "data/sample.h"

namespace tiqu::data {

using SampleSink = std::function<absl::Status(Sample)>;

struct RawAnswer {
  std::string text = {};  // empty: the passage between begin and end
  int64_t begin = -1;     // code points; -1: not known
  int64_t end = -1;
  std::string label = {};   // with ReadOptions::as_entities
  std::string repair = {};  // what the reader had to do to get the text; counted when the sample is kept
};

struct RawSample {
  std::string id = {};
  std::string label = {};
  std::string question = {};
  std::vector<RawAnswer> answers = {};
  std::vector<std::string> alternatives = {};
};

class SampleCollector {
 public:
  // `options` and `report` outlive the collector. `source` names the input in messages.
  SampleCollector(std::string source, const ReadOptions& options, SampleSink sink, Report* report);

  // The passage that the next samples are about. False (and counted as a bad record) when it is empty or not UTF-8.
  // `where` is the line number, or whatever finds the record.
  bool SetPassage(std::string utf8, std::string_view where);
  const Passage& passage() const { return *passage_; }  // REQUIRES: the last SetPassage was true

  // False when the sample was dropped. A sink's error stops reading: see status().
  bool Add(RawSample raw);

  void AddDropped(std::string_view reason, const RawSample& raw);  // a sample that the reader itself refuses
  void AddBadRecord(std::string_view where, std::string_view reason, std::string_view detail = "");
  void AddRecord() { ++report_->records_read; }
  void Note(std::string_view what, std::string_view detail);  // without detail no example is kept

  const ReadOptions& options() const { return options_; }
  const absl::Status& status() const { return status_; }  // of the sink; once it fails, readers return it

 private:
  struct Repair {
    std::string what;
    std::string example;
  };

  std::string Example(std::string_view id, std::string_view detail) const;
  void AddRepair(std::string_view what, std::string example);
  bool PlaceAnswer(const RawAnswer& raw, const std::string& id, AnswerSpan* span, std::string* why);
  bool PlaceAll(const RawSample& raw, Sample* sample, std::string* why, std::string* detail);
  bool PlaceText(const RawAnswer& raw, const std::u32string& text, const std::string& id, AnswerSpan* span);
  bool IsDuplicate(const Sample& sample);
  bool Keep(Sample sample);

  std::string source_;
  const ReadOptions& options_;
  SampleSink sink_;
  Report* report_;
  absl::Status status_;
  std::string where_;
  std::vector<Repair> repairs_;  // of the sample at hand: counted when it is kept
  int64_t verified_ = 0;         // the same
  std::optional<Passage> passage_;
  uint64_t passage_fingerprint_ = 0;
  absl::flat_hash_set<uint64_t> own_seen_;  // unless the options bring one; bounded
};

}  // namespace tiqu::data
