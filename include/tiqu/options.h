// How an Extractor runs. Every field has a default that suits one machine with a handful of cores.
#pragma once

namespace tiqu {

// The arithmetic of the products with the model's weights, the bulk of the work; everything else is done in 32-bit
// floats.
enum class Precision {
  kFloat32,   // as trained
  kBfloat16,  // weights and activations rounded to bfloat16; faster where the processor has AVX512-BF16, else as
              // kFloat32 with these roundings
  kInt8,      // weights in 8-bit integers with a scale a column, activations with a scale a row, taken from the row
};

struct ExtractorOptions {
  // --- affects answers ---

  // Smallest score of a reported answer, in [0, 1]. Negative: the model's own threshold, tuned when it was trained.
  float threshold = -1.0F;

  // Longest passage taken, in characters; a longer one is an error. 0: no limit.
  int max_passage_chars = 0;

  // Changes scores slightly (docs/performance.md), speed a lot.
  Precision precision = Precision::kFloat32;

  // --- affects speed only ---

  // Passages that are worked on at once by ExtractAll; one oneDNN thread each. 0: one a core.
  int workers = 0;
};

}  // namespace tiqu
