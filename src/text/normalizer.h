// Folds a text to the form that models see and keeps, for every character of it, where it came from.
//
//   "ＡＢ㈱臺灣"  ->  chars "ab(株)台湾"     begin 0 1 2 2 2 3 4     end 1 2 3 3 3 4 5
//
// What may change: compatibility forms (NFKC: full width, circled, ligatures; a base with its combining marks becomes
// one composed character), letter case, Traditional characters (OpenCC's t2s characters, one to one). Nothing is
// dropped. Line breaks, tabs and other white space become one space each, so that positions stay.
//
// Thread safety: immutable after construction.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace tiqu::text {

struct NormalizerOptions {
  bool fold_compatibility = true;
  bool lower_case = true;
  bool to_simplified = true;
};

struct NormalizedText {
  std::u32string chars;        // what models see
  std::vector<int32_t> begin;  // chars[i] came from code points [begin[i], end[i]) of the source
  std::vector<int32_t> end;
  int32_t source_chars = 0;  // code points of the source
};

class Normalizer {
 public:
  explicit Normalizer(const NormalizerOptions& options = {});
  ~Normalizer();

  const NormalizerOptions& options() const { return options_; }

  // Errors: INVALID_ARGUMENT "byte 17 (0xff) is not UTF-8".
  absl::StatusOr<NormalizedText> Normalize(std::string_view utf8) const;

 private:
  struct Tables;
  NormalizerOptions options_;
  std::shared_ptr<const Tables> tables_;
};

}  // namespace tiqu::text
