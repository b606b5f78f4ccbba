#include "serving/models/warm_up.h"

#include <algorithm>
#include <cstring>

#include "base/status.h"
#include "fmt/format.h"
#include "savedmodel/crc32c.h"

namespace tiqu::serving {
namespace {

constexpr size_t kLengthSize = sizeof(uint64_t);
constexpr size_t kCrcSize = sizeof(uint32_t);

template <typename T>
T ReadLittleEndian(std::string_view bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

bool CrcMatches(std::string_view bytes, std::string_view crc) {
  return savedmodel::MaskCrc(savedmodel::Crc32c(bytes)) == ReadLittleEndian<uint32_t>(crc);
}

}  // namespace

absl::StatusOr<bool> RecordReader::Next(std::string_view* record) {
  const std::string_view left = bytes_.substr(at_);
  if (left.empty()) return false;
  if (left.size() < kLengthSize + kCrcSize) return absl::DataLossError(fmt::format("truncated record at {}", at_));
  if (!CrcMatches(left.substr(0, kLengthSize), left.substr(kLengthSize, kCrcSize))) {
    return absl::DataLossError(fmt::format("corrupted record at {}", at_));
  }
  const auto length = ReadLittleEndian<uint64_t>(left);
  const std::string_view rest = left.substr(kLengthSize + kCrcSize);
  if (rest.size() < kCrcSize || length > rest.size() - kCrcSize) {
    return absl::DataLossError(fmt::format("truncated record at {}", at_));
  }
  *record = rest.substr(0, length);
  if (!CrcMatches(*record, rest.substr(length, kCrcSize))) {
    return absl::DataLossError(fmt::format("corrupted record at {}", at_));
  }
  at_ += kLengthSize + kCrcSize + length + kCrcSize;
  return true;
}

absl::Status ReplayRecords(std::string_view bytes, const std::string& path, int iterations, const Replay& replay) {
  RecordReader reader(bytes);
  std::string_view record;
  for (int number = 1;; ++number) {
    const absl::StatusOr<bool> more = reader.Next(&record);
    if (!more.ok()) {
      return absl::DataLossError(fmt::format("{}: {}. Please verify your warmup data is in TFRecord format.", path,
                                             std::string(more.status().message())));
    }
    if (!*more) return absl::OkStatus();
    if (number > kMostWarmUpRecords) {
      return absl::InvalidArgumentError(
          fmt::format("Number of warmup records exceeds the maximum ({}) at {}", kMostWarmUpRecords, path));
    }
    tensorflow::serving::PredictionLog log;
    if (!log.ParseFromArray(record.data(), static_cast<int>(std::min<size_t>(record.size(), INT32_MAX)))) {
      return absl::InvalidArgumentError(fmt::format("Failed to parse warmup record: {} from {}", number, path));
    }
    for (int i = 0; i < std::max(1, iterations); ++i) {
      const absl::Status status = replay(log);
      if (!status.ok()) return Annotate(status, fmt::format("{}: warmup record {}", path, number));
    }
  }
}

}  // namespace tiqu::serving
