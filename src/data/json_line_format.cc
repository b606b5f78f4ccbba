#include "data/json_line_format.h"

namespace tiqu::data {

void JsonLineFormat::Line(std::string_view line, int64_t number, SampleCollector* out) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
  out->AddRecord();
  const std::string where = std::to_string(number);
  JsonObject record;
  const simdjson::error_code error = parser_.parse(line.data(), line.size()).get(record);
  if (error != simdjson::SUCCESS) {
    out->AddBadRecord(where, "no JSON object", JsonFault(line, error));
    return;
  }
  Record(record, where, out);
}

}  // namespace tiqu::data
