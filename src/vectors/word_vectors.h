// Words with their counts and vectors, and the file that holds them: what `tiqu vectors import|train` make and
// `tiqu train` takes.
//
//   TIQU_ASSIGN_OR_RETURN(WordVectors vectors, LoadWordVectors("words.bin"));
//   const float* row = vectors.row(vectors.words.Find("出生"));     // [dim]
//
// On disk (fixed), little endian:
//
//   "TIQUVEC\n"  u32 version = 1  u32 dim  u32 element (0 float32, 1 float16)  u32 words
//   u64 bytes of the vocabulary file   the vocabulary file (text/vocabulary.h), `words` lines
//   (words - 2) * dim elements, row by row, from id 2 on (rows 0 and 1 are zero)
//   u64 FNV-1a of all before
//
// Thread safety: a value; free functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "text/vocabulary.h"

namespace tiqu::vectors {

inline constexpr int32_t kMaxDim = 8192;

struct WordVectors {
  text::Vocabulary words;
  int32_t dim = 0;
  std::vector<float> values;  // [words.size(), dim]; rows 0 (padding) and 1 (unknown) are zero

  const float* row(int32_t id) const { return values.data() + static_cast<size_t>(id) * static_cast<size_t>(dim); }
};

enum class Element : uint32_t { kFloat32 = 0, kFloat16 = 1 };  // fixed: stands in files

// The `count` most frequent words (of equals those with the lower id), in the order of their ids. REQUIRES: count >= 0
WordVectors KeepMostFrequent(const WordVectors& vectors, int32_t count);

std::string EncodeWordVectors(const WordVectors& vectors, Element element = Element::kFloat16);
// Errors: DATA_LOSS naming what is wrong, INVALID_ARGUMENT for a file of another kind.
absl::StatusOr<WordVectors> DecodeWordVectors(std::string_view bytes);

// Appears under `path` only when it is whole. Errors: of the file; INVALID_ARGUMENT for a value that the element cannot
// hold (float16: above 65504).
absl::Status SaveWordVectors(const WordVectors& vectors, const std::string& path, Element element = Element::kFloat16);
absl::StatusOr<WordVectors> LoadWordVectors(const std::string& path);

}  // namespace tiqu::vectors
