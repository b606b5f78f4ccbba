// Memory that a thread keeps for the rows of one product after the other, so that nothing is allocated in the long run.
//
// Thread safety: for one thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <new>

#include "hwy/aligned_allocator.h"

namespace tiqu::kernels {

template <class T>
class AlignedRows {
 public:
  // Room for `count` elements, aligned to a vector; what it holds is what was left there, at first zeros.
  T* Room(int64_t count) {
    if (count > size_) {
      values_ = hwy::AllocateAligned<T>(count);
      if (values_ == nullptr) throw std::bad_alloc();
      std::memset(values_.get(), 0, count * sizeof(T));
      size_ = count;
    }
    return values_.get();
  }

 private:
  hwy::AlignedFreeUniquePtr<T[]> values_;
  int64_t size_ = 0;
};

}  // namespace tiqu::kernels
