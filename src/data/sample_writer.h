// Samples as Tiqu's JSONL, the form that ReadSamples reads back unchanged.
//
//   {"id":"7","question":"张三住哪里","passage":"张三住北京。","answers":[{"text":"北京","begin":3,"end":5}]}
//
// Thread safety: free functions.
#pragma once

#include <string>

#include "data/sample.h"

namespace tiqu::data {

// A tagged text (ReadOptions::as_entities) as a line with its break, likewise:
//   {"id":"7","text":"张三住北京。","entities":[{"label":"LOC","start_offset":3,"end_offset":5}]}
std::string WriteEntities(const Sample& sample);

// One line with its line break. Empty id, label and alternatives are left out.
void AppendSample(const Sample& sample, std::string* out);
std::string WriteSample(const Sample& sample);

}  // namespace tiqu::data
