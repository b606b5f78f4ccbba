// The value of a variable that runs of a model change: counters and the like, whose signatures fetch an Assign.
//
// Thread safety: every method may be called from any number of threads; an update is seen whole or not at all.
#pragma once

#include <functional>
#include <mutex>
#include <utility>

#include "absl/status/statusor.h"
#include "tensor/tensor.h"

namespace tiqu::engine {

class VariableCell {
 public:
  explicit VariableCell(Tensor value) : value_(std::move(value)) {}

  Tensor Get() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return value_;
  }

  // Sets the value to what `update` makes of it and gives the new one; an error leaves it as it was.
  absl::StatusOr<Tensor> Update(const std::function<absl::StatusOr<Tensor>(const Tensor& old)>& update) {
    const std::lock_guard<std::mutex> lock(mutex_);
    absl::StatusOr<Tensor> made = update(value_);
    if (made.ok()) value_ = *made;
    return made;
  }

 private:
  mutable std::mutex mutex_;
  Tensor value_;
};

}  // namespace tiqu::engine
