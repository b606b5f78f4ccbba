// A format whose every line is a JSON object.
//
//   class MyFormat : public JsonLineFormat {
//     void Record(const JsonObject& record, const std::string& where, SampleCollector* out) override { ... }
//   };
//
// Thread safety: none.
#pragma once

#include <string>

#include "data/json_field.h"
#include "data/line_format.h"

namespace tiqu::data {

class JsonLineFormat : public LineFormat {
 public:
  // Skips white space; what is no JSON object becomes a bad record.
  void Line(std::string_view line, int64_t number, SampleCollector* out) final;

 private:
  // One line's object, counted as a record already; `where` is the line's number.
  virtual void Record(const JsonObject& record, const std::string& where, SampleCollector* out) = 0;

  simdjson::dom::parser parser_;
};

}  // namespace tiqu::data
