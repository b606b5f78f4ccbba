// Tensors stand back to back in one shard, in the order of their keys; the index is a table built by LevelDB with
// TensorFlow's settings, so that both files are the bytes that TensorFlow writes.
#include <cstring>

#include "base/file.h"
#include "base/status.h"
#include "fmt/format.h"
#include "graph/tensor_proto.h"
#include "leveldb/env.h"
#include "leveldb/options.h"
#include "leveldb/table_builder.h"
#include "savedmodel/crc32c.h"
#include "savedmodel/tensor_bundle.h"
#include "tensor_bundle.pb.h"

namespace tiqu::savedmodel {
namespace {

constexpr size_t kIndexBlockSize = size_t{256} << 10;  // TensorFlow's table option

void AppendVarint(uint64_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7) out->push_back(static_cast<char>(value | 0x80));
  out->push_back(static_cast<char>(value));
}

// The bytes of a string tensor and, in `crc`, the unmasked checksum that its entry holds.
std::string EncodeStrings(const std::vector<std::string>& values, uint32_t* crc) {
  std::string bytes;
  *crc = 0;
  for (const std::string& value : values) {
    const uint64_t length = value.size();
    AppendVarint(length, &bytes);
    *crc = ExtendCrc32c(*crc, &length, length < (uint64_t{1} << 32) ? 4 : 8);
  }
  const uint32_t masked = MaskCrc(*crc);
  bytes.append(reinterpret_cast<const char*>(&masked), sizeof masked);
  *crc = ExtendCrc32c(*crc, &masked, sizeof masked);
  for (const std::string& value : values) {
    bytes += value;
    *crc = ExtendCrc32c(*crc, value.data(), value.size());
  }
  return bytes;
}

absl::Status CheckTensor(const std::string& key, const BundleTensor& tensor) {
  if (key.empty()) return absl::InvalidArgumentError("a variable's name is empty");
  const int64_t count = ElementCount(tensor.shape);
  const bool strings = tensor.type == DataType::kString;
  const size_t size = strings && tensor.strings != nullptr ? tensor.strings->size() : tensor.bytes.size();
  const size_t element = strings ? 1 : DataTypeSize(tensor.type);
  if (element == 0 || count < 0 || size % element != 0 || size / element != static_cast<size_t>(count)) {
    return absl::InvalidArgumentError(fmt::format("variable '{}': {} bytes do not fit shape {} of {}", key, size,
                                                  ShapeToString(tensor.shape), DataTypeName(tensor.type)));
  }
  return absl::OkStatus();
}

// Writes the tensor to the shard at `offset` and fills its entry.
absl::Status WriteTensor(const BundleTensor& tensor, int64_t offset, AtomicFile* shard,
                         tensorflow::BundleEntryProto* entry) {
  std::string encoded;
  std::string_view bytes = tensor.bytes;
  uint32_t crc = 0;
  if (tensor.type == DataType::kString) {
    encoded = EncodeStrings(*tensor.strings, &crc);
    bytes = encoded;
  } else {
    crc = Crc32c(bytes);
  }
  entry->set_dtype(static_cast<tensorflow::DataType>(tensor.type));
  graph::ShapeToProto(tensor.shape, entry->mutable_shape());
  entry->set_offset(offset);
  entry->set_size(static_cast<int64_t>(bytes.size()));
  entry->set_crc32c(MaskCrc(crc));
  return shard->Write(bytes);
}

absl::Status FromLevelDb(const leveldb::Status& status, const std::string& path) {
  if (status.ok()) return absl::OkStatus();
  return absl::UnavailableError(fmt::format("cannot write {}: {}", path, status.ToString()));
}

absl::Status WriteIndex(const std::string& path, const std::map<std::string, std::string>& entries) {
  leveldb::WritableFile* opened = nullptr;
  TIQU_RETURN_IF_ERROR(FromLevelDb(leveldb::Env::Default()->NewWritableFile(path, &opened), path));
  const std::unique_ptr<leveldb::WritableFile> file(opened);
  leveldb::Options options;
  options.compression = leveldb::kNoCompression;
  options.block_size = kIndexBlockSize;
  leveldb::TableBuilder builder(options, file.get());
  for (const auto& [key, value] : entries) builder.Add(key, value);
  TIQU_RETURN_IF_ERROR(FromLevelDb(builder.Finish(), path));
  TIQU_RETURN_IF_ERROR(FromLevelDb(file->Sync(), path));
  return FromLevelDb(file->Close(), path);
}

}  // namespace

absl::Status WriteTensorBundle(const std::string& prefix, const std::map<std::string, BundleTensor>& tensors) {
  tensorflow::BundleHeaderProto header;
  header.set_num_shards(1);
  header.mutable_version()->set_producer(1);
  std::map<std::string, std::string> entries{{"", header.SerializeAsString()}};
  TIQU_ASSIGN_OR_RETURN(AtomicFile shard, AtomicFile::Create(ShardPath(prefix, 0, 1)));
  int64_t offset = 0;
  for (const auto& [key, tensor] : tensors) {
    TIQU_RETURN_IF_ERROR(CheckTensor(key, tensor));
    tensorflow::BundleEntryProto entry;
    TIQU_RETURN_IF_ERROR(WriteTensor(tensor, offset, &shard, &entry));
    offset += entry.size();
    entries.emplace(key, entry.SerializeAsString());
  }
  TIQU_RETURN_IF_ERROR(shard.Commit());
  return WriteIndex(prefix + ".index", entries);
}

}  // namespace tiqu::savedmodel
