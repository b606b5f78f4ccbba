// Tables built by hand for tests and fuzzers: any bytes as blocks, with checksums that fit.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "savedmodel/crc32c.h"

namespace tiqu::savedmodel {

namespace test_table_internal {

template <typename T>
void AppendFixed(T value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof value);
}

inline void AppendVarint(uint64_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7) out->push_back(static_cast<char>(value | 0x80));
  out->push_back(static_cast<char>(value));
}

// Appends the block with its trailer and its handle to `handles`.
inline void AppendBlock(const std::string& block, char type, std::string* file, std::string* handles) {
  AppendVarint(file->size(), handles);
  AppendVarint(block.size(), handles);
  file->append(block).push_back(type);
  AppendFixed(MaskCrc(ExtendCrc32c(Crc32c(block), &type, 1)), file);
}

}  // namespace test_table_internal

// One block of the entries as they stand, without shared prefixes.
inline std::string MakeBlock(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string block;
  for (const auto& [key, value] : entries) {
    test_table_internal::AppendVarint(0, &block);
    test_table_internal::AppendVarint(key.size(), &block);
    test_table_internal::AppendVarint(value.size(), &block);
    block.append(key).append(value);
  }
  test_table_internal::AppendFixed<uint32_t>(0, &block);  // the one restart offset
  test_table_internal::AppendFixed<uint32_t>(1, &block);
  return block;
}

// A table of one data block (any bytes) of that type, with metaindex, index and footer.
inline std::string MakeTable(const std::string& data_block, char block_type) {
  std::string file;
  std::string data_handle;
  std::string footer;
  test_table_internal::AppendBlock(data_block, block_type, &file, &data_handle);
  test_table_internal::AppendBlock(MakeBlock({}), 0, &file, &footer);
  test_table_internal::AppendBlock(MakeBlock({{"\xff", data_handle}}), 0, &file, &footer);
  footer.resize(40, '\0');
  test_table_internal::AppendFixed<uint64_t>(0xdb4775248b80fb57ULL, &footer);
  return file.append(footer);
}

}  // namespace tiqu::savedmodel
