// Keeps oneDNN on the calling thread: it takes its number of threads from OpenMP's setting of the caller, both when a
// primitive is made and when it runs.
//
// Thread safety: touches only the calling thread's setting.
#pragma once

#include <omp.h>

namespace tiqu::kernels {

class SingleThreadScope {
 public:
  SingleThreadScope() : threads_(omp_get_max_threads()) {
    if (threads_ != 1) omp_set_num_threads(1);
  }
  ~SingleThreadScope() {
    if (threads_ != 1) omp_set_num_threads(threads_);
  }
  SingleThreadScope(const SingleThreadScope&) = delete;
  SingleThreadScope& operator=(const SingleThreadScope&) = delete;

 private:
  int threads_;
};

}  // namespace tiqu::kernels
