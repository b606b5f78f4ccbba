// Any bytes as a warm-up file: an error or records, never a crash, and never more than a thousand.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "serving/models/warm_up.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  int records = 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const absl::Status status =
      tiqu::serving::ReplayRecords(bytes, "warm-up", 1, [&records](const tensorflow::serving::PredictionLog&) {
        ++records;
        return absl::OkStatus();
      });
  if (records > tiqu::serving::kMostWarmUpRecords || (size == 0 && !status.ok())) std::abort();
  return 0;
}
