// best(i) = max over words w at i of  score(w) + best(i + |w|),  best(n) = 0,   from the end of the text to its start.
//
// score(w) = log(count / total). A character that starts no word of the list is a word of count 1. A user's word of n
// characters earns n * kUserBonus beside its score, and so does a longer word for the user's words inside it: no other
// cut can win against a user's word, but a longer word of the list around it stands.
#include "text/segmenter.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/utf8.h"
#include "text/char_class.h"
#include "text/word_trie.h"

namespace tiqu::text {
namespace {

// Longer words are no words; a bound keeps a hostile list from making the search quadratic.
constexpr size_t kMaxWordChars = 64;
constexpr float kUserBonus = 1000;

// Whether a word may start or end between `a` and `b`: runs of Latin letters and runs of digits are not cut into.
bool MayCut(char32_t a, char32_t b) {
  if (a >= 0x250 || b >= 0x250) return true;
  return !(IsAsciiDigit(a) && IsAsciiDigit(b)) && !(IsLatinLetter(a) && IsLatinLetter(b));
}

// What the user's words inside `word` earn at best. Only they have a bonus in `trie` yet.
float InnerBonus(const WordTrie& trie, std::u32string_view word) {
  std::vector<float> best(word.size() + 1, 0);
  for (size_t i = word.size(); i-- > 0;) {
    best[i] = best[i + 1];
    int32_t node = WordTrie::kRoot;
    for (size_t k = i; k < word.size(); ++k) {
      node = trie.Step(node, word[k]);
      if (node == WordTrie::kNone) break;
      best[i] = std::max(best[i], trie.node(node).bonus + best[k + 1]);
    }
  }
  return best[0];
}

}  // namespace

struct Segmenter::Trie {
  explicit Trie(size_t size) : words(size) {}

  WordTrie words;
  float unknown_score = 0;

  void AddWords(const Vocabulary& vocabulary);
  void AddUserWords(const Vocabulary& vocabulary, const std::vector<std::string>& user_words);
};

void Segmenter::Trie::AddWords(const Vocabulary& vocabulary) {
  double total = 0;
  for (int32_t id = kUnknownId + 1; id < vocabulary.size(); ++id) {
    total += static_cast<double>(std::max<int64_t>(vocabulary.entry(id).count, 1));
  }
  const double log_total = std::log(std::max(total, 1.0));
  unknown_score = static_cast<float>(-log_total);
  for (int32_t id = kUnknownId + 1; id < vocabulary.size(); ++id) {
    const auto chars = DecodeUtf8(vocabulary.entry(id).text);
    if (!chars.ok() || chars->empty() || chars->size() > kMaxWordChars) continue;
    WordTrie::Node& node = words.Add(*chars);
    node.word = id;
    const auto count = static_cast<double>(std::max<int64_t>(vocabulary.entry(id).count, 1));
    node.score = static_cast<float>(std::log(count) - log_total);
  }
}

void Segmenter::Trie::AddUserWords(const Vocabulary& vocabulary, const std::vector<std::string>& user_words) {
  if (user_words.empty()) return;
  for (const std::string& word : user_words) {
    const auto chars = DecodeUtf8(word);
    if (!chars.ok() || chars->empty() || chars->size() > kMaxWordChars) continue;
    WordTrie::Node& node = words.Add(*chars);
    if (node.word == WordTrie::kNone) {
      node.word = kUnknownId;
      node.score = unknown_score;
    }
    node.bonus = kUserBonus * static_cast<float>(chars->size());
  }
  std::vector<std::pair<int32_t, float>> inner;
  for (int32_t id = kUnknownId + 1; id < vocabulary.size(); ++id) {
    const auto chars = DecodeUtf8(vocabulary.entry(id).text);
    if (!chars.ok() || chars->empty() || chars->size() > kMaxWordChars) continue;
    inner.emplace_back(words.Find(*chars), InnerBonus(words, *chars));
  }
  for (const auto& [node, bonus] : inner) words.node(node).bonus = bonus;
}

Segmenter::Segmenter(const Vocabulary& words, const std::vector<std::string>& user_words) {
  auto trie = std::make_shared<Trie>(static_cast<size_t>(words.size()) + user_words.size());
  trie->AddWords(words);
  trie->AddUserWords(words, user_words);
  trie_ = std::move(trie);
}

Segmenter::~Segmenter() = default;

std::vector<Word> Segmenter::Segment(std::u32string_view chars) const {
  struct Step {
    double score = 0;  // of the best cut from here to the end
    int32_t length = 1;
    int32_t id = kUnknownId;
  };
  const WordTrie& trie = trie_->words;
  const size_t size = chars.size();
  std::vector<Step> best(size + 1);
  for (size_t i = size; i-- > 0;) {
    Step& here = best[i];
    here.score = trie_->unknown_score + best[i + 1].score;
    const bool may_start = i == 0 || MayCut(chars[i - 1], chars[i]);
    int32_t node = WordTrie::kRoot;
    for (size_t k = i; k < size; ++k) {
      node = trie.Step(node, chars[k]);
      if (node == WordTrie::kNone) break;
      const WordTrie::Node& word = trie.node(node);
      if (word.word == WordTrie::kNone) continue;
      const bool single = k == i;
      if (!single && (!may_start || (k + 1 < size && !MayCut(chars[k], chars[k + 1])))) continue;
      const double score = static_cast<double>(word.score) + word.bonus + best[k + 1].score;
      // Of equals the longer word, which comes later here.
      if (score >= here.score) here = {score, static_cast<int32_t>(k + 1 - i), word.word};
    }
  }
  std::vector<Word> words;
  words.reserve(size);
  for (size_t i = 0; i < size; i += static_cast<size_t>(best[i].length)) {
    const auto begin = static_cast<int32_t>(i);
    words.push_back({begin, begin + best[i].length, best[i].id});
  }
  return words;
}

}  // namespace tiqu::text
