#include "base/file.h"
#include "base/status.h"
#include "fmt/format.h"
#include "graph/tensor_proto.h"
#include "savedmodel/byte_reader.h"
#include "savedmodel/crc32c.h"
#include "savedmodel/table_reader.h"
#include "savedmodel/tensor_bundle.h"
#include "tensor_bundle.pb.h"

namespace tiqu::savedmodel {
namespace {

constexpr int kBundleVersion = 1;  // the newest that this reader knows

using tensorflow::BundleEntryProto;
using tensorflow::BundleHeaderProto;

absl::StatusOr<BundleHeaderProto> ReadHeader(const TableEntries& entries) {
  BundleHeaderProto header;
  if (entries.empty() || !entries.front().first.empty() || !header.ParseFromString(entries.front().second)) {
    return absl::DataLossError("the index has no readable header");
  }
  if (header.endianness() != BundleHeaderProto::LITTLE) {
    return absl::UnimplementedError("big-endian bundles are not supported");
  }
  if (header.version().min_consumer() > kBundleVersion) {
    return absl::UnimplementedError(fmt::format("the bundle asks for a reader of version {}, this one is {}",
                                                header.version().min_consumer(), kBundleVersion));
  }
  return header;
}

// A string tensor: a varint64 length each, the masked checksum of the lengths, then all bytes.
absl::StatusOr<Tensor> DecodeStrings(std::string_view bytes, Shape shape, uint32_t stored_crc) {
  const absl::Status damaged = absl::DataLossError("the string tensor is damaged");
  const int64_t count = ElementCount(shape);
  if (count < 0 || count > static_cast<int64_t>(bytes.size())) return damaged;  // a length is at least one byte
  ByteReader in(bytes);
  std::vector<uint64_t> lengths(count);
  uint32_t crc = 0;
  for (uint64_t& length : lengths) {
    if (!in.ReadVarint(&length)) return damaged;
    crc = ExtendCrc32c(crc, &length, length < (uint64_t{1} << 32) ? 4 : 8);
  }
  uint32_t lengths_crc = 0;
  if (!in.ReadFixed32(&lengths_crc) || lengths_crc != MaskCrc(crc)) return damaged;
  crc = ExtendCrc32c(crc, &lengths_crc, sizeof lengths_crc);
  Tensor tensor(DataType::kString, std::move(shape));
  for (int64_t i = 0; i < count; ++i) {
    std::string_view value;
    if (!in.ReadBytes(lengths[i], &value)) return damaged;
    crc = ExtendCrc32c(crc, value.data(), value.size());
    tensor.strings()[i] = value;
  }
  if (in.remaining() > 0 || MaskCrc(crc) != stored_crc) return damaged;
  return tensor;
}

absl::StatusOr<Tensor> ReadNumbers(const BundleEntryProto& entry, DataType type, Shape shape, BundleSource* source) {
  const int64_t count = ElementCount(shape);
  const auto element = static_cast<int64_t>(DataTypeSize(type));
  if (element == 0) return absl::UnimplementedError(fmt::format("element type {} is not supported", entry.dtype()));
  if (count < 0 || entry.size() % element != 0 || count != entry.size() / element) {
    return absl::DataLossError(
        fmt::format("{} bytes do not fit shape {} of {}", entry.size(), ShapeToString(shape), DataTypeName(type)));
  }
  Tensor tensor(type, std::move(shape));
  TIQU_RETURN_IF_ERROR(source->Read(entry.shard_id(), entry.offset(), entry.size(), tensor.data<std::byte>()));
  if (MaskCrc(ExtendCrc32c(0, tensor.data<std::byte>(), entry.size())) != entry.crc32c()) {
    return absl::DataLossError("the checksum is wrong");
  }
  return tensor;
}

absl::StatusOr<Tensor> ReadEntry(const BundleEntryProto& entry, BundleSource* source) {
  if (entry.slices_size() > 0) return absl::UnimplementedError("partitioned variables are not supported");
  TIQU_ASSIGN_OR_RETURN(const int64_t limit, source->ShardSize(entry.shard_id()));
  if (entry.offset() < 0 || entry.size() < 0 || entry.offset() > limit || entry.size() > limit - entry.offset()) {
    return absl::DataLossError(fmt::format("bytes {} to {}+{} lie outside the shard of {}", entry.offset(),
                                           entry.offset(), entry.size(), limit));
  }
  if (entry.shape().unknown_rank()) return absl::DataLossError("the shape is not known");
  Shape shape = graph::ShapeFromProto(entry.shape());
  const auto type = static_cast<DataType>(entry.dtype());
  if (type != DataType::kString) return ReadNumbers(entry, type, std::move(shape), source);
  std::string bytes(entry.size(), '\0');
  TIQU_RETURN_IF_ERROR(source->Read(entry.shard_id(), entry.offset(), entry.size(), bytes.data()));
  return DecodeStrings(bytes, std::move(shape), entry.crc32c());
}

}  // namespace

absl::StatusOr<std::map<std::string, Tensor>> ReadTensorBundle(std::string_view index, BundleSource* source) {
  TIQU_ASSIGN_OR_RETURN(const TableEntries entries, ReadTable(index));
  TIQU_ASSIGN_OR_RETURN(const BundleHeaderProto header, ReadHeader(entries));
  TIQU_RETURN_IF_ERROR(source->SetShardCount(header.num_shards()));
  std::map<std::string, Tensor> tensors;
  for (size_t i = 1; i < entries.size(); ++i) {
    const auto& [key, value] = entries[i];
    BundleEntryProto entry;
    if (!entry.ParseFromString(value)) return absl::DataLossError(fmt::format("the entry of '{}' is damaged", key));
    auto tensor = ReadEntry(entry, source);
    if (!tensor.ok()) return Annotate(tensor.status(), fmt::format("variable '{}'", key));
    tensors.emplace(key, *std::move(tensor));
  }
  return tensors;
}

absl::StatusOr<std::map<std::string, Tensor>> ReadTensorBundle(const std::string& prefix) {
  TIQU_ASSIGN_OR_RETURN(const std::string index, ReadFile(prefix + ".index"));
  const auto source = MakeFileSource(prefix);
  auto tensors = ReadTensorBundle(index, source.get());
  if (!tensors.ok()) return Annotate(tensors.status(), prefix + ".index");
  return tensors;
}

}  // namespace tiqu::savedmodel
