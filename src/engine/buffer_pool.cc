#include "engine/buffer_pool.h"

#include <algorithm>
#include <array>
#include <bit>
#include <mutex>
#include <new>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/shared_block.h"

namespace tiqu::engine {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kMinBlock = 256;
constexpr size_t kHeader = kControlBlockBytes;        // in front of each block
constexpr size_t kMaxCachedBytes = size_t{64} << 20;  // a thread; what is freed beyond goes back to the system

size_t BlockClass(size_t block) {
  const size_t power = std::bit_width(block) - 1;
  return power * 4 + (block >> (power - 2)) % 4;
}

class Pool {
 public:
  ~Pool() {
    for (auto& list : free_) {
      for (std::byte* block : list) ::operator delete (block, std::align_val_t{kAlignment});
    }
  }

  std::byte* Take(size_t block) {
    {
      const std::lock_guard lock(mutex_);
      auto& list = free_[BlockClass(block)];
      if (!list.empty()) {
        std::byte* memory = list.back();
        list.pop_back();
        cached_ -= block;
        return memory;
      }
    }
    return static_cast<std::byte*>(::operator new (block + kHeader, std::align_val_t{kAlignment}));
  }

  void Give(std::byte* memory, size_t block) {
    {
      const std::lock_guard lock(mutex_);
      if (cached_ + block <= kMaxCachedBytes) {
        free_[BlockClass(block)].push_back(memory);
        cached_ += block;
        return;
      }
    }
    ::operator delete (memory, std::align_val_t{kAlignment});
  }

 private:
  std::mutex mutex_;
  std::array<std::vector<std::byte*>, 64 * 4> free_;
  size_t cached_ = 0;
};

struct PooledBlock {
  std::shared_ptr<Pool> pool;
  std::byte* memory;
  size_t block;

  std::byte* control_block() const { return memory; }
  void Free() { pool->Give(memory, block); }
};

thread_local BlockSource* current_source = nullptr;

}  // namespace

BlockSourceScope::BlockSourceScope(BlockSource* source) : before_(current_source) { current_source = source; }
BlockSourceScope::~BlockSourceScope() { current_source = before_; }

// 4, 5, 6 or 7 times a power of two.
size_t RoundToBlock(size_t bytes) {
  bytes = std::max(bytes, kMinBlock);
  const size_t step = std::bit_floor(bytes) / 4;
  return (bytes + step - 1) / step * step;
}

std::shared_ptr<std::byte> TakeBuffer(size_t bytes) {
  if (current_source != nullptr) {
    if (std::shared_ptr<std::byte> planned = current_source->Take(bytes)) return planned;
  }
  thread_local const std::shared_ptr<Pool> pool = std::make_shared<Pool>();
  const size_t block = RoundToBlock(bytes);
  std::byte* memory = pool->Take(block);
  return ShareBlock(memory + kHeader, PooledBlock{pool, memory, block});
}

absl::StatusOr<Tensor> NewTensor(DataType type, Shape shape) {
  for (const int64_t size : shape) {
    if (size < 0) return absl::InvalidArgumentError(absl::StrCat("negative dimension in shape ", ShapeToString(shape)));
  }
  const int64_t count = ElementCount(shape);
  const int64_t element = type == DataType::kString ? sizeof(std::string) : static_cast<int64_t>(DataTypeSize(type));
  if (element == 0) return absl::UnimplementedError(absl::StrCat("tensors of type ", DataTypeName(type)));
  if (count < 0 || count > kMaxTensorBytes / element) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a tensor of shape ", ShapeToString(shape), " is larger than ", kMaxTensorBytes, " bytes"));
  }
  try {
    if (type == DataType::kString) return Tensor(type, std::move(shape));
    return Tensor(type, std::move(shape), TakeBuffer(static_cast<size_t>(count * element)));
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(absl::StrCat("no memory for a tensor of ", count * element, " bytes"));
  }
}

}  // namespace tiqu::engine
