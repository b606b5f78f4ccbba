// Superblocks of versions 0 to 3 and object headers of versions 1 and 2.
#include "base/status.h"
#include "fmt/format.h"
#include "keras/hdf5_parser.h"

namespace tiqu::keras {
namespace {

constexpr std::string_view kHdf5Signature = "\x89HDF\r\n\x1a\n";
constexpr size_t kFirstUserBlock = 512;
constexpr uint64_t kChecksumBytes = 4;

// Where the HDF5 part begins: at 0, 512, 1024, 2048 and so on.
bool FindSignature(std::string_view file, uint64_t* offset) {
  for (uint64_t at = 0; at < file.size(); at = at == 0 ? kFirstUserBlock : 2 * at) {
    *offset = at;
    if (file.substr(at).starts_with(kHdf5Signature)) return true;
  }
  return false;
}

absl::Status DamagedHeader(uint64_t address) {
  return absl::DataLossError(fmt::format("HDF5: the object header at byte {} is damaged or cut off", address));
}

bool ValidWidth(size_t width) { return width == 2 || width == 4 || width == 8; }

}  // namespace

bool LooksLikeHdf5(std::string_view file_start) {
  uint64_t offset = 0;
  return FindSignature(file_start, &offset);
}

absl::StatusOr<uint64_t> Hdf5Parser::ReadSuperblock() {
  uint64_t offset = 0;
  if (!FindSignature(file_, &offset)) {
    return absl::DataLossError(fmt::format("not an HDF5 file ({} bytes)", file_.size()));
  }
  Hdf5Cursor in(file_.substr(offset));
  in.Skip(kHdf5Signature.size());
  const uint64_t version = in.Number(1);
  if (in.ok() && version > 3) {
    return absl::UnimplementedError(fmt::format("HDF5 superblock version {}, known are 0 to 3", version));
  }
  if (version < 2) in.Skip(4);  // versions of the parts
  address_width_ = in.Number(1);
  length_width_ = in.Number(1);
  in.Skip(1);
  if (version < 2) in.Skip(version == 1 ? 12 : 8);  // sizes of tree nodes
  if (!in.ok() || !ValidWidth(address_width_) || !ValidWidth(length_width_)) {
    return absl::DataLossError("HDF5: the superblock is damaged or cut off");
  }
  // The file may have been given a user block after it was written.
  base_ = Address(&in);
  if (base_ == 0) base_ = offset;
  in.Skip(address_width_);  // free space, or the superblock's extension
  const uint64_t end = Address(&in);
  if (version < 2) {
    in.Skip(2 * address_width_);  // the driver's block; of the root's symbol entry, the name
  }
  const uint64_t root = Address(&in);
  if (!in.ok()) return absl::DataLossError("HDF5: the superblock is damaged or cut off");
  if (end > file_.size()) {
    return absl::DataLossError(fmt::format("truncated: {} bytes, the HDF5 file had {}", file_.size(), end));
  }
  return root;
}

absl::Status Hdf5Parser::ReadMessages(std::string_view block, int version, bool with_order,
                                      std::vector<Hdf5Message>* messages) {
  const size_t prefix = version == 1 ? 8 : with_order ? 6 : 4;
  Hdf5Cursor in(block);
  while (in.rest().size() >= prefix) {
    TIQU_RETURN_IF_ERROR(Spend(1));
    Hdf5Message message;
    message.type = static_cast<uint16_t>(in.Number(version == 1 ? 2 : 1));
    const uint64_t size = in.Number(2);
    message.shared = (in.Number(1) & 2) != 0;
    in.Skip(version == 1 ? 3 : with_order ? 2 : 0);
    message.body = in.Bytes(size);
    if (!in.ok()) return absl::DataLossError("HDF5: a message of an object header is cut off");
    messages->push_back(message);
  }
  return absl::OkStatus();
}

// Appends what the continuation messages lead to, and what those lead to.
absl::Status Hdf5Parser::ReadContinuations(int version, bool with_order, std::vector<Hdf5Message>* messages) {
  for (size_t i = 0; i < messages->size(); ++i) {
    if (!(*messages)[i].Is(Hdf5MessageType::kContinuation)) continue;
    Hdf5Cursor where((*messages)[i].body);
    const uint64_t address = Address(&where);
    const uint64_t size = Length(&where);
    Hdf5Cursor in = At(address);
    std::string_view block = in.Bytes(size);
    if (!where.ok() || !in.ok()) return DamagedHeader(address);
    if (version == 2) {
      if (!block.starts_with("OCHK") || block.size() < 4 + kChecksumBytes) return DamagedHeader(address);
      block = block.substr(4, block.size() - 4 - kChecksumBytes);
    }
    TIQU_RETURN_IF_ERROR(ReadMessages(block, version, with_order, messages));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Hdf5Message>> Hdf5Parser::ReadHeader(uint64_t address) {
  std::vector<Hdf5Message> messages;
  Hdf5Cursor in = At(address);
  if (in.rest().starts_with("OHDR")) {
    in.Skip(4);
    const uint64_t version = in.Number(1);
    const uint64_t flags = in.Number(1);
    if ((flags & 0x20) != 0) in.Skip(16);  // times
    if ((flags & 0x10) != 0) in.Skip(4);   // when attributes become dense
    const uint64_t size = in.Number(size_t{1} << (flags & 3));
    const std::string_view block = in.Bytes(size);
    if (!in.ok() || version != 2) return DamagedHeader(address);
    const bool with_order = (flags & 4) != 0;
    TIQU_RETURN_IF_ERROR(ReadMessages(block, 2, with_order, &messages));
    TIQU_RETURN_IF_ERROR(ReadContinuations(2, with_order, &messages));
    return messages;
  }
  const uint64_t version = in.Number(1);
  in.Skip(7);  // number of messages, number of links
  const uint64_t size = in.Number(4);
  in.Skip(4);
  const std::string_view block = in.Bytes(size);
  if (!in.ok() || version != 1) return DamagedHeader(address);
  TIQU_RETURN_IF_ERROR(ReadMessages(block, 1, false, &messages));
  TIQU_RETURN_IF_ERROR(ReadContinuations(1, false, &messages));
  return messages;
}

}  // namespace tiqu::keras
