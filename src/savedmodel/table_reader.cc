// The file, from its end:
//   footer = metaindex handle, index handle (varint64 offset and size each), padding to 40 bytes, magic (8 bytes)
//   block  = entries, restart offsets (uint32 each), their count (uint32); then type (1 byte), masked crc32c (4 bytes)
//   entry  = varint32 shared, varint32 not_shared, varint32 value_size, key suffix, value
// The index block's values are the handles of the data blocks.
#include "savedmodel/table_reader.h"

#include <cstdint>

#include "base/status.h"
#include "fmt/format.h"
#include "savedmodel/byte_reader.h"
#include "savedmodel/crc32c.h"
#include "snappy.h"

namespace tiqu::savedmodel {
namespace {

constexpr uint64_t kMagic = 0xdb4775248b80fb57ULL;  // fixed: on disk
constexpr size_t kFooterSize = 48;
constexpr size_t kTrailerSize = 5;
constexpr size_t kMaxBlockSize = size_t{256} << 20;  // of a block after decompression; TensorFlow aims at 256 KiB
constexpr size_t kMaxTableSize = size_t{1} << 30;    // of all keys and values
constexpr uint8_t kPlain = 0;
constexpr uint8_t kSnappy = 1;

struct BlockHandle {
  uint64_t offset = 0;
  uint64_t size = 0;
};

bool ReadHandle(ByteReader* in, BlockHandle* handle) {
  return in->ReadVarint(&handle->offset) && in->ReadVarint(&handle->size);
}

absl::StatusOr<std::string> Uncompress(std::string_view bytes) {
  size_t size = 0;
  if (!snappy::GetUncompressedLength(bytes.data(), bytes.size(), &size) || size > kMaxBlockSize) {
    return absl::DataLossError("a compressed block gives no usable size");
  }
  // Snappy's tightest copy makes 64 bytes of 2 to 3: a larger claim is a lie that only asks for memory.
  if (size > bytes.size() * 64) return absl::DataLossError("a compressed block claims more than it can hold");
  std::string plain(size, '\0');
  if (!snappy::RawUncompress(bytes.data(), bytes.size(), plain.data())) {
    return absl::DataLossError("a compressed block is damaged");
  }
  return plain;
}

absl::StatusOr<std::string> ReadBlock(std::string_view file, const BlockHandle& handle) {
  const size_t limit = file.size() - kFooterSize;
  if (handle.size > limit || handle.offset > limit || handle.offset + handle.size + kTrailerSize > limit) {
    return absl::DataLossError(
        fmt::format("a block at {} of {} bytes lies outside the file of {}", handle.offset, handle.size, file.size()));
  }
  const std::string_view contents = file.substr(handle.offset, handle.size);
  const auto type = static_cast<uint8_t>(file[handle.offset + handle.size]);
  uint32_t stored = 0;
  ByteReader(file.substr(handle.offset + handle.size + 1, 4)).ReadFixed32(&stored);
  if (MaskCrc(Crc32c(file.substr(handle.offset, handle.size + 1))) != stored) {
    return absl::DataLossError(fmt::format("the checksum of the block at {} is wrong", handle.offset));
  }
  if (type == kPlain) return std::string(contents);
  if (type == kSnappy) return Uncompress(contents);
  return absl::UnimplementedError(fmt::format("compression type {} of a block is not supported", type));
}

// Appends the entries of a block; `total` counts the bytes over all blocks.
absl::Status AppendEntries(std::string_view block, size_t* total, TableEntries* entries) {
  const absl::Status damaged = absl::DataLossError("an entry of a block is damaged");
  uint32_t restarts = 0;
  if (block.size() < 4) return damaged;
  ByteReader(block.substr(block.size() - 4)).ReadFixed32(&restarts);
  const uint64_t tail = (uint64_t{restarts} + 1) * 4;
  if (tail > block.size()) return damaged;
  ByteReader in(block.substr(0, block.size() - tail));
  std::string key;
  while (in.remaining() > 0) {
    uint64_t shared = 0;
    uint64_t suffix_size = 0;
    uint64_t value_size = 0;
    std::string_view suffix;
    std::string_view value;
    if (!in.ReadVarint(&shared) || !in.ReadVarint(&suffix_size) || !in.ReadVarint(&value_size) || shared > key.size() ||
        !in.ReadBytes(suffix_size, &suffix) || !in.ReadBytes(value_size, &value)) {
      return damaged;
    }
    key.resize(shared);
    key.append(suffix);
    if (!entries->empty() && key <= entries->back().first) return absl::DataLossError("the keys are not in order");
    *total += key.size() + value.size();
    if (*total > kMaxTableSize) return absl::DataLossError("the table holds more than 1 GiB");
    entries->emplace_back(key, std::string(value));
  }
  return absl::OkStatus();
}

absl::StatusOr<BlockHandle> ReadFooter(std::string_view file) {
  if (file.size() < kFooterSize) {
    return absl::DataLossError(fmt::format("{} bytes are too few for a table (at least {})", file.size(), kFooterSize));
  }
  const std::string_view footer = file.substr(file.size() - kFooterSize);
  uint64_t magic = 0;
  ByteReader(footer.substr(kFooterSize - 8)).ReadFixed64(&magic);
  if (magic != kMagic) return absl::DataLossError("this is not a table: the magic number is wrong");
  ByteReader in(footer.substr(0, kFooterSize - 8));
  BlockHandle metaindex;
  BlockHandle index;
  if (!ReadHandle(&in, &metaindex) || !ReadHandle(&in, &index)) return absl::DataLossError("the footer is damaged");
  return index;
}

}  // namespace

absl::StatusOr<TableEntries> ReadTable(std::string_view file) {
  TIQU_ASSIGN_OR_RETURN(const BlockHandle index_handle, ReadFooter(file));
  TIQU_ASSIGN_OR_RETURN(const std::string index_block, ReadBlock(file, index_handle));
  TableEntries index;
  size_t index_bytes = 0;
  TIQU_RETURN_IF_ERROR(AppendEntries(index_block, &index_bytes, &index));
  TableEntries entries;
  size_t total = 0;
  for (const auto& [last_key, value] : index) {
    ByteReader in(value);
    BlockHandle handle;
    if (!ReadHandle(&in, &handle)) return absl::DataLossError("a block handle is damaged");
    TIQU_ASSIGN_OR_RETURN(const std::string block, ReadBlock(file, handle));
    TIQU_RETURN_IF_ERROR(AppendEntries(block, &total, &entries));
  }
  return entries;
}

}  // namespace tiqu::savedmodel
