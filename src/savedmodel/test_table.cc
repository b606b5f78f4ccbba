#include "savedmodel/test_table.h"

#include <cstdint>

#include "savedmodel/crc32c.h"

namespace tiqu::savedmodel {
namespace {

template <typename T>
std::string Fixed(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string Varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>(value | 0x80));
  bytes.push_back(static_cast<char>(value));
  return bytes;
}

// Appends the block with its trailer and gives its handle back.
std::string AppendBlock(const std::string& block, char type, std::string* file) {
  const std::string handle = Varint(file->size()) + Varint(block.size());
  const std::string checked = block + type;
  *file += checked + Fixed(MaskCrc(Crc32c(checked)));
  return handle;
}

}  // namespace

std::string MakeBlock(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string block;
  for (const auto& [key, value] : entries) {
    block += Varint(0) + Varint(key.size()) + Varint(value.size()) + key + value;
  }
  return block + Fixed<uint32_t>(0) + Fixed<uint32_t>(1);
}

std::string MakeTable(const std::string& data_block, char block_type) {
  std::string file;
  const std::string data = AppendBlock(data_block, block_type, &file);
  const std::string metaindex = AppendBlock(MakeBlock({}), 0, &file);
  const std::string index = AppendBlock(MakeBlock({{"\xff", data}}), 0, &file);
  std::string footer = metaindex + index;
  footer.resize(40, '\0');
  return file + footer + Fixed<uint64_t>(0xdb4775248b80fb57ULL);
}

}  // namespace tiqu::savedmodel
