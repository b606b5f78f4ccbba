#include "checkpoint/seal.h"

#include <charconv>
#include <cstdint>

#include "fmt/format.h"

namespace tiqu::checkpoint {
namespace {

constexpr std::string_view kMagic = "tiqu checkpoint ";
constexpr std::string_view kHdf5Signature = "\x89HDF\r\n\x1a\n";
constexpr int kFormat = 1;

uint64_t Fnv1a64(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325U;
  for (const char byte : bytes) hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001b3U;
  return hash;
}

// Reads "name number\n" off the front of `text`.
bool TakeNumber(std::string_view name, int base, std::string_view* text, uint64_t* out) {
  if (!text->starts_with(name)) return false;
  const char* begin = text->data() + name.size();
  const char* limit = text->data() + text->size();
  const auto [end, error] = std::from_chars(begin, limit, *out, base);
  if (error != std::errc() || end == limit || *end != '\n') return false;
  text->remove_prefix(static_cast<size_t>(end + 1 - text->data()));
  return true;
}

}  // namespace

std::string MakeSeal(std::string_view image) {
  std::string block = fmt::format("{}{}\nbytes {}\nfnv1a64 {:016x}\n", kMagic, kFormat, image.size(), Fnv1a64(image));
  block.resize(kSealBytes, '\0');
  return block;
}

absl::Status CheckSeal(std::string_view file) {
  if (file.starts_with(kHdf5Signature)) {
    return absl::InvalidArgumentError("an HDF5 file, but not a Tiqu checkpoint");
  }
  std::string_view block = file.substr(0, kSealBytes);
  uint64_t format = 0;
  if (!TakeNumber(kMagic, 10, &block, &format)) {
    return absl::DataLossError(fmt::format("not an HDF5 file ({} bytes)", file.size()));
  }
  if (format != kFormat) {
    return absl::InvalidArgumentError(fmt::format("checkpoint format {}, this program reads {}", format, kFormat));
  }
  uint64_t bytes = 0;
  uint64_t checksum = 0;
  if (file.size() < kSealBytes || !TakeNumber("bytes ", 10, &block, &bytes) ||
      !TakeNumber("fnv1a64 ", 16, &block, &checksum)) {
    return absl::DataLossError("truncated or damaged in its first 512 bytes");
  }
  const std::string_view body = file.substr(kSealBytes);
  if (body.size() != bytes) {
    return absl::DataLossError(
        fmt::format("truncated or overgrown: {} bytes after the user block, expected {}", body.size(), bytes));
  }
  if (Fnv1a64(body) != checksum) {
    return absl::DataLossError(fmt::format("damaged: checksum {:016x}, expected {:016x}", Fnv1a64(body), checksum));
  }
  return absl::OkStatus();
}

}  // namespace tiqu::checkpoint
