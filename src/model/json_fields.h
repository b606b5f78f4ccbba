// Reads the fields of a JSON object into typed values and says which field was wrong.
//
//   JsonFields fields(json, "spec");
//   fields.Read("hidden", &spec.hidden);        // a missing or ill-typed field is remembered ...
//   TIQU_RETURN_IF_ERROR(fields.status());      // ... "spec.hidden is missing"
//
// Thread safety: none; one reader, one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "nlohmann/json.hpp"

namespace tiqu::model {

class JsonFields {
 public:
  // `object` must outlive this. A value that is not an object is an error at once.
  JsonFields(const nlohmann::json& object, std::string_view path);

  // Leaves *out alone when the field is missing or of another type.
  void Read(std::string_view name, bool* out);
  void Read(std::string_view name, int* out);
  void Read(std::string_view name, float* out);  // finite
  void Read(std::string_view name, std::string* out);
  void Read(std::string_view name, std::vector<int>* out);
  void Read(std::string_view name, std::vector<std::string>* out);
  // `count` finite numbers into out[0..count).
  void ReadFloats(std::string_view name, float* out, size_t count);

  // The field, or null when it is not there (no error).
  const nlohmann::json* Find(std::string_view name) const;

  // The first thing that was wrong: INVALID_ARGUMENT naming "path.field".
  const absl::Status& status() const { return status_; }

 private:
  const nlohmann::json* Require(std::string_view name);
  void Fail(std::string_view name, std::string_view expected, const nlohmann::json& found);

  const nlohmann::json& object_;
  std::string path_;
  absl::Status status_;
};

}  // namespace tiqu::model
