// Reads little-endian numbers, one after the other, from bytes that come from outside.
//
//   Hdf5Cursor in(bytes);
//   const uint64_t count = in.Number(2);
//   const std::string_view name = in.Bytes(count);
//   if (!in.ok()) return absl::DataLossError("...");
//
// A read past the end gives zeros and makes ok() false for good, so that it is enough to ask once, before use.
//
// Thread safety: none; a value.
#pragma once

#include <cstdint>
#include <string_view>

namespace tiqu::keras {

class Hdf5Cursor {
 public:
  explicit Hdf5Cursor(std::string_view bytes) : bytes_(bytes) {}
  static Hdf5Cursor Failed() {
    Hdf5Cursor cursor({});
    cursor.ok_ = false;
    return cursor;
  }

  bool ok() const { return ok_; }
  std::string_view rest() const { return bytes_; }

  // `width` bytes, at most 8.
  uint64_t Number(size_t width) {
    uint64_t value = 0;
    const std::string_view bytes = Bytes(width);
    for (size_t i = 0; i < bytes.size(); ++i) value |= uint64_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
    return value;
  }

  std::string_view Bytes(uint64_t size) {
    if (size > bytes_.size()) {
      ok_ = false;
      bytes_ = {};
      return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  void Skip(uint64_t size) { Bytes(size); }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace tiqu::keras
