// The longest common substring by a suffix automaton of the question: built in O(question), the passage then runs
// through it one character at a time in O(passage). No edge leads over a character that takes no part, so that no match
// spans one.
#include <algorithm>
#include <bitset>
#include <string_view>
#include <utility>
#include <vector>

#include "text/char_class.h"
#include "text/tokenizer.h"

namespace tiqu::text {
namespace {

// Numbers the question's characters from 0; a passage has mostly others, which a small filter turns away.
class Alphabet {
 public:
  explicit Alphabet(std::u32string_view question) {
    for (const char32_t c : question) {
      if (IsLetterOrNumber(c)) chars_.push_back(c);
    }
    std::sort(chars_.begin(), chars_.end());
    chars_.erase(std::unique(chars_.begin(), chars_.end()), chars_.end());
    for (const char32_t c : chars_) filter_.set(c % filter_.size());
  }

  int32_t size() const { return static_cast<int32_t>(chars_.size()); }

  int32_t Code(char32_t c) const {  // -1 when the question has no such character, or it takes no part
    if (!filter_.test(c % filter_.size())) return -1;
    const auto it = std::lower_bound(chars_.begin(), chars_.end(), c);
    return it == chars_.end() || *it != c ? -1 : static_cast<int32_t>(it - chars_.begin());
  }

 private:
  std::vector<char32_t> chars_;
  std::bitset<4096> filter_;
};

class SuffixAutomaton {
 public:
  struct State {
    int32_t length = 0;     // of its longest substring
    int32_t link = -1;      // the state of the longest suffix that is elsewhere too
    int32_t first_end = 0;  // where its substrings end first, exclusive
    std::vector<std::pair<int32_t, int32_t>> next;
  };

  explicit SuffixAutomaton(int32_t codes) : states_(1), root_next_(static_cast<size_t>(codes), -1) {}

  void Append(int32_t code) {
    const int32_t added = AddAfterLast();
    int32_t state = last_;
    for (; state >= 0 && Next(state, code) < 0; state = At(state).link) SetNext(state, code, added);
    last_ = added;
    if (state < 0) return;
    const int32_t target = Next(state, code);
    if (At(target).length == At(state).length + 1) {
      Mutable(added).link = target;
      return;
    }
    State copy = At(target);
    copy.length = At(state).length + 1;
    const int32_t clone = New(std::move(copy));
    for (; state >= 0 && Next(state, code) == target; state = At(state).link) SetNext(state, code, clone);
    Mutable(target).link = clone;
    Mutable(added).link = clone;
  }

  // A character that nothing matches: it is counted, and no edge leads over it.
  void AppendBarrier() { last_ = AddAfterLast(); }

  int32_t Next(int32_t state, int32_t code) const {
    if (state == 0) return root_next_[static_cast<size_t>(code)];
    for (const auto& [edge, to] : At(state).next) {
      if (edge == code) return to;
    }
    return -1;
  }
  const State& At(int32_t state) const { return states_[static_cast<size_t>(state)]; }

 private:
  State& Mutable(int32_t state) { return states_[static_cast<size_t>(state)]; }

  int32_t New(State state) {
    states_.push_back(std::move(state));
    return static_cast<int32_t>(states_.size()) - 1;
  }

  int32_t AddAfterLast() {
    const int32_t length = At(last_).length + 1;
    return New({length, /*link=*/0, /*first_end=*/length, {}});
  }

  void SetNext(int32_t state, int32_t code, int32_t to) {
    if (state == 0) {
      root_next_[static_cast<size_t>(code)] = to;
      return;
    }
    for (auto& [edge, child] : Mutable(state).next) {
      if (edge == code) {
        child = to;
        return;
      }
    }
    Mutable(state).next.emplace_back(code, to);
  }

  std::vector<State> states_;
  std::vector<int32_t> root_next_;  // the root's edges, by code
  int32_t last_ = 0;
};

}  // namespace

Anchor FindAnchor(std::u32string_view question, std::u32string_view passage) {
  const Alphabet alphabet(question);
  SuffixAutomaton automaton(alphabet.size());
  for (const char32_t c : question) {
    const int32_t code = alphabet.Code(c);
    if (code < 0) {
      automaton.AppendBarrier();
    } else {
      automaton.Append(code);
    }
  }
  Anchor anchor;
  int32_t best_length = 1;  // one character is no subject
  int32_t best_begin = 0;   // in the question
  int32_t state = 0;
  int32_t length = 0;
  for (size_t i = 0; i < passage.size(); ++i) {
    const int32_t code = alphabet.Code(passage[i]);
    if (code < 0) {
      state = length = 0;
      continue;
    }
    while (state > 0 && automaton.Next(state, code) < 0) {
      state = automaton.At(state).link;
      length = automaton.At(state).length;
    }
    // Every question character has an edge at the root.
    state = automaton.Next(state, code);
    ++length;
    const int32_t begin = automaton.At(state).first_end - length;
    if (length > best_length || (length == best_length && length > 1 && begin < best_begin)) {
      best_length = length;
      best_begin = begin;
      const auto last = static_cast<int32_t>(i);
      anchor = {last - length + 1, last};
    }
  }
  return anchor;
}

}  // namespace tiqu::text
