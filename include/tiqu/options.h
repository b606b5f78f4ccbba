// How an Extractor runs. Every field has a default that suits one machine with a handful of cores.
#pragma once

namespace tiqu {

struct ExtractorOptions {
  // --- affects answers ---

  // Smallest score of a reported answer, in [0, 1]. Negative: the model's own threshold, tuned when it was trained.
  float threshold = -1.0F;

  // Longest passage taken, in characters; a longer one is an error. 0: no limit.
  int max_passage_chars = 0;

  // --- affects speed only ---

  // Passages that are worked on at once by ExtractAll; one oneDNN thread each. 0: one a core.
  int workers = 0;
};

}  // namespace tiqu
