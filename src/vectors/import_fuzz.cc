// Any bytes as a word2vec file, and as a file of word vectors: refused, or sound.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/fuzz_file.h"
#include "vectors/import.h"

namespace {

void Check(const tiqu::vectors::WordVectors& vectors) {
  const auto rows = static_cast<size_t>(vectors.words.size());
  if (vectors.dim < 1 || vectors.values.size() != rows * static_cast<size_t>(vectors.dim)) std::abort();
  const auto again =
      tiqu::vectors::DecodeWordVectors(tiqu::vectors::EncodeWordVectors(vectors, tiqu::vectors::Element::kFloat32));
  if (!again.ok() || again->values != vectors.values) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto decoded = tiqu::vectors::DecodeWordVectors(bytes);
  if (decoded.ok()) Check(*decoded);
  const tiqu::FuzzFile file(data, size);
  tiqu::vectors::ImportOptions options;
  options.max_words = 100;
  const auto imported = tiqu::vectors::ImportWord2Vec(file.path(), options);
  if (imported.ok()) Check(imported->vectors);
  return 0;
}
