// Whatever bytes come, the format is recognised or refused, and then read.
#include "data/reader_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  tiqu::data::FuzzReader(tiqu::data::Format::kAuto, {reinterpret_cast<const char*>(bytes), size});
  return 0;
}
