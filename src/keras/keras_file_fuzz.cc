// Any bytes as the .h5 of a Keras model: an error or a reader, never a crash.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "keras/convert_reader.h"
#include "keras/keras_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto file = tiqu::keras::ReadKerasFile({reinterpret_cast<const char*>(data), size});
  if (!file.ok()) return 0;
  static_cast<void>(tiqu::keras::ConvertReader(*file, {}));
  tiqu::keras::ConvertOptions options;
  options.encoder_rates = options.model_rates = {1};
  options.no_match_features = true;
  static_cast<void>(tiqu::keras::ConvertReader(*file, options));
  return 0;
}
