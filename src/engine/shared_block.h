// Shared pointers to blocks of memory that are used again: their control blocks have a place already, so that making
// one allocates nothing.
//
//   struct Block { std::byte* control_block() const; void Free(); ... };
//   std::shared_ptr<std::byte> bytes = ShareBlock(memory, Block{...});    // Free() when the last copy is gone
//
// Thread safety: that of shared_ptr. Free is called on the thread that lets go of the last copy.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace tiqu::engine {

inline constexpr size_t kControlBlockBytes = 64;

template <typename Block, typename T>
struct ControlBlockAllocator {
  using value_type = T;
  template <typename U>
  struct rebind {
    using other = ControlBlockAllocator<Block, U>;
  };

  explicit ControlBlockAllocator(Block owner) : block(std::move(owner)) {}
  template <typename U>
  explicit ControlBlockAllocator(const ControlBlockAllocator<Block, U>& other) : block(other.block) {}

  T* allocate(size_t) {
    static_assert(sizeof(T) <= kControlBlockBytes && alignof(T) <= alignof(std::max_align_t));
    return reinterpret_cast<T*>(block.control_block());
  }
  void deallocate(T*, size_t) { block.Free(); }

  Block block;
};

// REQUIRES: block.control_block() is kControlBlockBytes of memory, aligned for anything, that is free until Free().
template <typename Block>
std::shared_ptr<std::byte> ShareBlock(std::byte* memory, Block block) {
  return {memory, [](std::byte*) {}, ControlBlockAllocator<Block, std::byte>(std::move(block))};
}

}  // namespace tiqu::engine
