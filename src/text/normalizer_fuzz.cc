// Any bytes: refused, or folded with offsets that rise and cover the source.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/utf8.h"
#include "text/normalizer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using tiqu::text::Normalizer;
  if (size == 0) return 0;
  const Normalizer normalizer({(data[0] & 1) != 0, (data[0] & 2) != 0, (data[0] & 4) != 0});
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto text = normalizer.Normalize(bytes);
  if (!text.ok()) return 0;
  if (text->source_chars != tiqu::CountCodePoints(bytes)) std::abort();
  int32_t covered = 0;
  for (size_t i = 0; i < text->chars.size(); ++i) {
    if (text->begin[i] > covered || text->begin[i] >= text->end[i] || text->end[i] < covered) std::abort();
    covered = text->end[i];
  }
  if (covered != text->source_chars) std::abort();
  return 0;
}
