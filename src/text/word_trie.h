// The words that a segmenter knows, as a trie: one step a character.
//
//   trie.Add(U"宾阳县", /*id=*/7, /*score=*/-9.5);
//   int32_t node = trie.Step(WordTrie::kRoot, U'宾');     // kNone when no word goes on like this
//
// Nodes stand in one array; the edges in one hash table keyed by (node, character), a cache line a step or less, so
// that 60,000 words take some 3 MB and are built in milliseconds.
//
// Thread safety: const methods are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tiqu::text {

class WordTrie {
 public:
  static constexpr int32_t kRoot = 0;
  static constexpr int32_t kNone = -1;

  struct Node {
    int32_t word = kNone;  // the word that ends here
    float score = 0;       // logarithm of its probability
    float bonus = 0;       // what it earns by the user's words in it
  };

  explicit WordTrie(size_t words);  // how many there will be, about

  Node& Add(std::u32string_view word);  // the node it ends in
  int32_t Find(std::u32string_view word) const;

  int32_t Step(int32_t node, char32_t c) const {
    if (node == kRoot && c < kDirect) return first_[c];
    const uint64_t key = Key(node, c);
    for (size_t slot = Slot(key);; slot = (slot + 1) & mask_) {
      if (edges_[slot].key == key) return edges_[slot].child;
      if (edges_[slot].key == kFree) return kNone;
    }
  }
  const Node& node(int32_t index) const { return nodes_[static_cast<size_t>(index)]; }
  Node& node(int32_t index) { return nodes_[static_cast<size_t>(index)]; }

 private:
  struct Edge {
    uint64_t key = kFree;
    int32_t child = kNone;
  };
  static constexpr uint64_t kFree = ~uint64_t{0};
  static constexpr char32_t kDirect = 0x10000;

  static uint64_t Key(int32_t node, char32_t c) { return static_cast<uint64_t>(node) << 21 | c; }
  size_t Slot(uint64_t key) const { return static_cast<size_t>((key * 0x9E3779B97F4A7C15ULL) >> shift_); }
  void Insert(uint64_t key, int32_t child);
  void Grow();

  std::vector<Node> nodes_;
  std::vector<int32_t> first_;  // children of the root, by character
  std::vector<Edge> edges_;     // open addressing, a power of two, at most half full
  size_t mask_ = 0;
  int shift_ = 64;
  size_t used_ = 0;
};

}  // namespace tiqu::text
