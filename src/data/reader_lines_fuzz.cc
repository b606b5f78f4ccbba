// Whatever bytes come, the reader of this format neither crashes nor lets a wrong offset through.
#include "data/reader_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  tiqu::data::FuzzReader(tiqu::data::Format::kLines, {reinterpret_cast<const char*>(bytes), size});
  return 0;
}
