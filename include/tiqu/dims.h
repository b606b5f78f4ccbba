// A few whole numbers, one an axis: the dimensions of a shape, strides, begins. Up to six lie within the object, so
// that shapes come and go without the heap; more go there.
//
//   Dims shape = {2, 512, 128};
//   shape.push_back(3);
//
// Thread safety: a value.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <utility>
#include <vector>

namespace tiqu {

// The part of std::vector's interface that shapes need.
class Dims {
 public:
  using value_type = int64_t;
  using iterator = int64_t*;
  using const_iterator = const int64_t*;
  using reference = int64_t&;
  using const_reference = const int64_t&;
  using difference_type = std::ptrdiff_t;
  using size_type = size_t;

  Dims() = default;
  explicit Dims(size_t size, int64_t value = 0) { resize(size, value); }
  Dims(std::initializer_list<int64_t> values) : Dims(values.begin(), values.end()) {}
  Dims(const std::vector<int64_t>& values) : Dims(values.begin(), values.end()) {}  // NOLINT: the same thing
  template <typename Iterator, typename = typename std::iterator_traits<Iterator>::iterator_category>
  Dims(Iterator begin, Iterator end) {
    for (; begin != end; ++begin) push_back(static_cast<int64_t>(*begin));
  }

  Dims(const Dims&) = default;
  Dims& operator=(const Dims&) = default;
  Dims(Dims&& other) noexcept { *this = std::move(other); }
  Dims& operator=(Dims&& other) noexcept {
    many_ = std::move(other.many_);
    few_ = other.few_;
    size_ = other.size_;
    other.many_.clear();
    other.size_ = 0;
    return *this;
  }
  ~Dims() = default;

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  int64_t* data() { return many_.empty() ? few_.data() : many_.data(); }
  const int64_t* data() const { return many_.empty() ? few_.data() : many_.data(); }
  iterator begin() { return data(); }
  iterator end() { return data() + size_; }
  const_iterator begin() const { return data(); }
  const_iterator end() const { return data() + size_; }
  int64_t& operator[](size_t i) { return data()[i]; }
  const int64_t& operator[](size_t i) const { return data()[i]; }
  int64_t& front() { return data()[0]; }
  const int64_t& front() const { return data()[0]; }
  int64_t& back() { return data()[size_ - 1]; }
  const int64_t& back() const { return data()[size_ - 1]; }

  void clear() { resize(0); }
  void reserve(size_t) {}
  void resize(size_t size, int64_t value = 0) {
    if (many_.empty() && size <= kFew) {
      if (size > size_) std::fill(few_.begin() + size_, few_.begin() + size, value);
    } else {
      if (many_.empty()) many_.assign(few_.begin(), few_.begin() + size_);
      many_.resize(size, value);
    }
    size_ = size;
  }
  void assign(size_t size, int64_t value) {
    clear();
    resize(size, value);
  }
  void push_back(int64_t value) { resize(size_ + 1, value); }
  void pop_back() { resize(size_ - 1); }
  iterator insert(const_iterator at, int64_t value) { return insert(at, &value, &value + 1); }
  // REQUIRES: not a part of this.
  template <typename Iterator>
  iterator insert(const_iterator at, Iterator from, Iterator to) {
    const std::ptrdiff_t index = at - begin(), count = std::distance(from, to);
    const size_t before = size_;
    resize(size_ + count);
    std::move_backward(begin() + index, begin() + before, end());
    std::copy(from, to, begin() + index);
    return begin() + index;
  }
  iterator erase(const_iterator from, const_iterator to) {
    const std::ptrdiff_t index = from - begin();
    std::move(begin() + (to - begin()), end(), begin() + index);
    resize(size_ - (to - from));
    return begin() + index;
  }
  iterator erase(const_iterator at) { return erase(at, at + 1); }

  friend bool operator==(const Dims& a, const Dims& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }
  friend bool operator!=(const Dims& a, const Dims& b) { return !(a == b); }

 private:
  static constexpr size_t kFew = 6;

  size_t size_ = 0;
  std::array<int64_t, kFew> few_ = {};
  std::vector<int64_t> many_;  // empty, or all of them
};

}  // namespace tiqu
