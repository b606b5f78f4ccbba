// Memory for the tensors of a run: from the run's planned memory where there is one (run_memory.h), else from a pool.
// Blocks of the pool are kept by the thread that took them and handed out again by size, so that a run in the steady
// state takes nothing from the system.
//
// Thread safety: yes. A block may be freed on any thread; it goes back to the pool it came from, which lives as long as
// its blocks do.
#pragma once

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "tensor/tensor.h"

namespace tiqu::engine {

// What a thread asks for blocks before its pool.
class BlockSource {
 public:
  // Null: the pool's turn. Throws std::bad_alloc.
  virtual std::shared_ptr<std::byte> Take(size_t bytes) = 0;

 protected:
  ~BlockSource() = default;
};

// Makes `source` the calling thread's, and at the end the one before again.
class BlockSourceScope {
 public:
  explicit BlockSourceScope(BlockSource* source);
  ~BlockSourceScope();
  BlockSourceScope(const BlockSourceScope&) = delete;
  BlockSourceScope& operator=(const BlockSourceScope&) = delete;

 private:
  BlockSource* before_;
};

// The size of the block of the pool that holds `bytes`: at most a quarter more, and few different ones.
size_t RoundToBlock(size_t bytes);

// An uninitialised, 64-byte aligned block, from the calling thread's source or pool. Throws std::bad_alloc.
std::shared_ptr<std::byte> TakeBuffer(size_t bytes);

// A tensor with unspecified values (empty strings for DT_STRING). Errors: INVALID_ARGUMENT (a negative dimension),
// RESOURCE_EXHAUSTED (more elements than `kMaxTensorBytes` hold, or no memory); both give the shape.
inline constexpr int64_t kMaxTensorBytes = int64_t{1} << 34;
absl::StatusOr<Tensor> NewTensor(DataType type, Shape shape);

}  // namespace tiqu::engine
