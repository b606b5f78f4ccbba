// A format made of lines: it is given one after the other and holds no more than the record at hand.
//
// Thread safety: none.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "data/collector.h"

namespace tiqu::data {

class LineFormat {
 public:
  virtual ~LineFormat() = default;

  // `number` counts from 1. Faults go to the collector; they never stop reading.
  virtual void Line(std::string_view line, int64_t number, SampleCollector* out) = 0;

  // The input ended.
  virtual void End(SampleCollector* /*out*/) {}
};

std::unique_ptr<LineFormat> MakeJsonlFormat();
std::unique_ptr<LineFormat> MakeLinesFormat();
std::unique_ptr<LineFormat> MakeSpansFormat();
std::unique_ptr<LineFormat> MakeWebqaFormat();
std::unique_ptr<LineFormat> MakeDuieFormat();
std::unique_ptr<LineFormat> MakeColumnsFormat();

}  // namespace tiqu::data
