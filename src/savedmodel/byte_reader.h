// Reads little-endian and variable-length numbers from bytes that come from outside: every read is bounds-checked.
//
//   ByteReader in(bytes);
//   uint64_t length;
//   if (!in.ReadVarint(&length)) return absl::DataLossError("...");
//
// Thread safety: none; a value.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace tiqu::savedmodel {

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  size_t remaining() const { return bytes_.size(); }

  // Each returns false at a premature end or a number that does not fit; the position is then undefined.
  bool ReadVarint(uint64_t* value) {
    *value = 0;
    for (int shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const auto byte = static_cast<uint8_t>(bytes_.front());
      bytes_.remove_prefix(1);
      if (shift == 63 && byte > 1) return false;
      *value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return true;
    }
    return false;
  }
  bool ReadFixed32(uint32_t* value) { return ReadFixed(value); }
  bool ReadFixed64(uint64_t* value) { return ReadFixed(value); }
  bool ReadBytes(uint64_t size, std::string_view* bytes) {
    if (size > bytes_.size()) return false;
    *bytes = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return true;
  }

 private:
  template <typename T>
  bool ReadFixed(T* value) {
    if (bytes_.size() < sizeof(T)) return false;
    std::memcpy(value, bytes_.data(), sizeof(T));  // every machine of ours is little-endian
    bytes_.remove_prefix(sizeof(T));
    return true;
  }

  std::string_view bytes_;
};

}  // namespace tiqu::savedmodel
