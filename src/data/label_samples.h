// From a tagged passage to a question for each label of the map.
//
// Thread safety: none.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "data/collector.h"

namespace tiqu::data {

// The spans of one passage by label.
class LabelledSpans {
 public:
  void Add(const std::string& label, RawAnswer answer) { spans_[label].push_back(std::move(answer)); }
  const std::vector<RawAnswer>* Find(const std::string& label) const;  // nullptr: none
  const std::map<std::string, std::vector<RawAnswer>>& all() const { return spans_; }

 private:
  std::map<std::string, std::vector<RawAnswer>> spans_;
};

// One sample for each (label, chosen wording) on the collector's passage; ids are "id#label", for further wordings
// "id#label#2", ... Spans of labels that the map does not have are noted.
// With ReadOptions::as_entities: one sample of all spans, under `id`.
void AddLabelSamples(const LabelledSpans& spans, const std::string& id, SampleCollector* out);

}  // namespace tiqu::data
