#include "text/word_trie.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace tiqu::text {

WordTrie::WordTrie(size_t words) : nodes_(1), first_(kDirect, kNone) {
  nodes_.reserve(2 * words + 1);
  edges_.resize(std::bit_ceil(std::max<size_t>(2 * words, 16)));
  Grow();
}

WordTrie::Node& WordTrie::Add(std::u32string_view word) {
  int32_t node = kRoot;
  for (const char32_t c : word) {
    int32_t child = Step(node, c);
    if (child == kNone) {
      child = static_cast<int32_t>(nodes_.size());
      nodes_.emplace_back();
      if (node == kRoot && c < kDirect) {
        first_[c] = child;
      } else {
        if (2 * (used_ + 1) > edges_.size()) Grow();
        Insert(Key(node, c), child);
      }
    }
    node = child;
  }
  return nodes_[static_cast<size_t>(node)];
}

int32_t WordTrie::Find(std::u32string_view word) const {
  int32_t node = kRoot;
  for (const char32_t c : word) {
    node = Step(node, c);
    if (node == kNone) return kNone;
  }
  return node;
}

void WordTrie::Insert(uint64_t key, int32_t child) {
  size_t slot = Slot(key);
  while (edges_[slot].key != kFree) slot = (slot + 1) & mask_;
  edges_[slot] = {key, child};
  ++used_;
}

void WordTrie::Grow() {
  const size_t size = edges_.size() * 2;
  std::vector<Edge> old = std::exchange(edges_, std::vector<Edge>(size));
  mask_ = size - 1;
  shift_ = 64 - std::countr_zero(size);
  used_ = 0;
  for (const Edge& edge : old) {
    if (edge.key != kFree) Insert(edge.key, edge.child);
  }
}

}  // namespace tiqu::text
