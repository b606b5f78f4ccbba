// What the benchmarks of the reader share.
//
// Thread safety: free functions.
#pragma once

#include <time.h>

#include "model/model_spec.h"

namespace tiqu {

// A reader of the default size.
inline model::ModelSpec BenchSpec() {
  model::ModelSpec spec;
  spec.char_vocab_size = 5000;
  spec.word_vocab_size = 30000;
  spec.word_dim = 128;
  return spec;
}

// Processor time of this thread, so that a busy machine disturbs little.
inline double ThreadSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

template <typename Function>
double ThreadSecondsOf(const Function& function) {
  const double start = ThreadSeconds();
  function();
  return ThreadSeconds() - start;
}

}  // namespace tiqu
