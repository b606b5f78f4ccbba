// Any bytes as a checkpoint file: an error or a checkpoint, never a crash.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "checkpoint/checkpoint.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto checkpoint = tiqu::checkpoint::Decode({reinterpret_cast<const char*>(data), size});
  if (checkpoint.ok()) static_cast<void>(tiqu::checkpoint::Encode(*checkpoint));
  return 0;
}
