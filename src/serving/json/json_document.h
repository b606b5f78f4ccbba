// One JSON text, parsed as TensorFlow Serving parses it: the same parser with the same switches, so the same texts are
// taken and refused, at the same places. NaN, Inf and Infinity are numbers, what follows the top-level object is not
// looked at, of two equal keys the first counts, lists may nest as deep as memory allows, a byte order mark is skipped.
//
//   TIQU_ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(R"({"instances": [1, 2]})"));
//   const JsonValue* instances = FindMember(document.root(), "instances");
//
// Thread safety: immutable after Parse.
#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <string_view>

#include "absl/status/statusor.h"

namespace tiqu::serving {

// The parser does not look at null pointers; this throws where memory ends, and Parse catches it.
class JsonMemory {
 public:
  static const bool kNeedFree = true;
  void* Malloc(size_t size) { return size == 0 ? nullptr : Checked(std::malloc(size)); }
  void* Realloc(void* pointer, size_t /*old_size*/, size_t size) {
    if (size != 0) return Checked(std::realloc(pointer, size));
    std::free(pointer);
    return nullptr;
  }
  static void Free(void* pointer) { std::free(pointer); }
  bool operator==(const JsonMemory& /*other*/) const { return true; }
  bool operator!=(const JsonMemory& /*other*/) const { return false; }

 private:
  static void* Checked(void* pointer) {
    if (pointer == nullptr) throw std::bad_alloc();
    return pointer;
  }
};

using JsonPool = rapidjson::MemoryPoolAllocator<JsonMemory>;
using JsonValue = rapidjson::GenericValue<rapidjson::UTF8<>, JsonPool>;

class JsonDocument {
 public:
  // Errors: INVALID_ARGUMENT ("JSON Parse error: ... at offset: N", bytes count from 0; "JSON Value: V Is not object"),
  // RESOURCE_EXHAUSTED.
  static absl::StatusOr<JsonDocument> Parse(std::string_view text);

  const JsonValue& root() const { return parsed_->document; }
  // No value takes less than a byte.
  int64_t text_bytes() const { return text_bytes_; }

 private:
  using Document = rapidjson::GenericDocument<rapidjson::UTF8<>, JsonPool, JsonMemory>;
  struct Parsed {
    explicit Parsed(size_t chunk_bytes) : pool(chunk_bytes) {}
    JsonPool pool;  // of the values
    Document document{&pool};
  };

  JsonDocument(std::unique_ptr<Parsed> parsed, int64_t text_bytes);

  std::unique_ptr<Parsed> parsed_;
  int64_t text_bytes_;
};

// The first member of that name; null when there is none. REQUIRES: object.IsObject()
const JsonValue* FindMember(const JsonValue& object, std::string_view name);

// REQUIRES: value.IsString()
inline std::string_view StringOf(const JsonValue& value) { return {value.GetString(), value.GetStringLength()}; }

}  // namespace tiqu::serving
