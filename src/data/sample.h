// One labelled question on one passage: what every reader makes and everything else takes. Or a tagged text
// (ReadOptions::as_entities): then there is no question, and every answer has a label.
//
// Offsets count Unicode code points of `passage` as it stands here, half open.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tiqu::data {

struct AnswerSpan {
  std::string text;
  int32_t begin_char = -1;  // -1: not known; every occurrence of `text` is meant
  int32_t end_char = -1;
  std::string label = {};  // the entity's type; only in samples that are tagged texts (ReadOptions::as_entities)
};

struct Sample {
  std::string id;
  std::string label;  // the field's name where the source has one (xxcq's NHCS ...), else empty; for figures per label
  std::string question;
  std::string passage;
  std::vector<AnswerSpan> answers;        // the answer set: all of them are right and wanted; empty = unanswerable
  std::vector<std::string> alternatives;  // other accepted wordings of a single answer (CMRC's references), texts only
};

}  // namespace tiqu::data
