#include "serving/batching/batch_tensors.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace tiqu::serving {
namespace {

// Copies elements between two row-major blocks of other extents: of each dimension as much as both have.
class BlockCopier {
 public:
  BlockCopier(const Tensor& from, Tensor* to) : from_(from), to_(to), size_(DataTypeSize(from.type())) {
    const size_t rank = from.shape().size();
    common_.assign(rank, 0);
    from_steps_.assign(rank, 1);
    to_steps_.assign(rank, 1);
    for (size_t d = rank; d-- > 1;) {
      from_steps_[d - 1] = from_steps_[d] * from.shape()[d];
      to_steps_[d - 1] = to_steps_[d] * to->shape()[d];
      common_[d] = std::min(from.shape()[d], to->shape()[d]);
    }
    whole_ = rank;
    while (whole_ > 1 && from.shape()[whole_ - 1] == to->shape()[whole_ - 1]) --whole_;
  }

  void CopyRows(int64_t from_row, int64_t to_row, int64_t rows) {
    common_[0] = rows;
    Copy(0, from_row * from_steps_[0], to_row * to_steps_[0]);
  }

 private:
  // The part of dimensions [d, ...) at those places.
  void Copy(size_t d, int64_t from, int64_t to) {
    if (d + 1 == whole_) {
      CopyRun(from, to, common_[d] * from_steps_[d]);
      return;
    }
    for (int64_t i = 0; i < common_[d]; ++i) Copy(d + 1, from + i * from_steps_[d], to + i * to_steps_[d]);
  }

  void CopyRun(int64_t from, int64_t to, int64_t count) {
    if (from_.type() == DataType::kString) {
      std::copy_n(from_.strings().begin() + from, count, to_->strings().begin() + to);
    } else if (count > 0) {
      std::memcpy(to_->data<std::byte>() + to * size_, from_.data<std::byte>() + from * size_,
                  static_cast<size_t>(count) * size_);
    }
  }

  const Tensor& from_;
  Tensor* to_;
  size_t size_;
  size_t whole_ = 0;  // dimensions [whole_, rank) are equal, so that what lies below one index is one run
  std::vector<int64_t> common_;
  std::vector<int64_t> from_steps_;
  std::vector<int64_t> to_steps_;
};

bool SameTail(const Shape& a, const Shape& b) {
  for (size_t d = 1; d < a.size(); ++d) {
    if (a[d] != b[d]) return false;
  }
  return true;
}

// Rows [begin, begin + rows) all of the element 0 of `from`.
void FillRows(const Tensor& from, int64_t begin, int64_t rows, Tensor* to) {
  int64_t row_size = 1;
  for (size_t d = 1; d < to->shape().size(); ++d) row_size *= to->shape()[d];
  if (from.type() == DataType::kString) {
    std::fill_n(to->strings().begin() + begin * row_size, rows * row_size, from.strings().front());
    return;
  }
  const size_t size = DataTypeSize(from.type());
  std::byte* out = to->data<std::byte>() + static_cast<size_t>(begin * row_size) * size;
  for (int64_t i = 0; i < rows * row_size; ++i, out += size) std::memcpy(out, from.data<std::byte>(), size);
}

}  // namespace

Tensor JoinRows(const std::vector<TensorRows>& rows, Filling filling) {
  Shape shape = rows.front().tensor->shape();
  shape[0] = 0;
  for (const TensorRows& piece : rows) {
    shape[0] += piece.end - piece.begin;
    for (size_t d = 1; d < shape.size(); ++d) shape[d] = std::max(shape[d], piece.tensor->shape()[d]);
  }
  Tensor joined(rows.front().tensor->type(), shape);
  int64_t at = 0;
  for (const TensorRows& piece : rows) {
    const int64_t count = piece.end - piece.begin;
    if (filling == Filling::kFirstElement && !SameTail(piece.tensor->shape(), shape)) {
      FillRows(*piece.tensor, at, count, &joined);
    }
    BlockCopier(*piece.tensor, &joined).CopyRows(piece.begin, at, count);
    at += count;
  }
  return joined;
}

Tensor TakeRows(const Tensor& tensor, int64_t begin, const Shape& shape) {
  Tensor taken(tensor.type(), shape);
  BlockCopier(tensor, &taken).CopyRows(begin, 0, shape[0]);
  return taken;
}

}  // namespace tiqu::serving
