// Any bytes as word list, question and passage: ids for every character, and an anchor inside the passage.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "text/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tiqu::text;  // NOLINT
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const size_t first = bytes.find('\0');
  if (first == std::string_view::npos) return 0;
  const size_t second = bytes.find('\0', first + 1);
  if (second == std::string_view::npos) return 0;
  std::vector<Vocabulary::Entry> entries;
  std::vector<std::string> user_words;
  for (size_t begin = 0; begin < first;) {
    const size_t end = std::min(bytes.find(' ', begin), first);
    const std::string word(bytes.substr(begin, end - begin));
    if (entries.size() % 5 == 4) user_words.push_back(word);
    entries.push_back({word, static_cast<int64_t>(end)});
    begin = end + 1;
  }
  const Vocabulary words = Vocabulary::FromEntries(entries);
  (void)Vocabulary::Decode(words.Encode());
  (void)Vocabulary::Decode(bytes);
  const Tokenizer tokenizer({}, words, words, user_words);
  const auto question = tokenizer.Encode(bytes.substr(first + 1, second - first - 1));
  const auto passage = tokenizer.Encode(bytes.substr(second + 1));
  if (!question.ok() || !passage.ok()) return 0;
  const size_t chars = passage->text.chars.size();
  if (passage->char_ids.size() != chars || passage->word_ids.size() != chars) std::abort();
  for (const int32_t id : passage->word_ids) {
    if (id < kUnknownId || id >= words.size()) std::abort();
  }
  const Anchor anchor = FindAnchor(question->text.chars, passage->text.chars);
  if (anchor.first < -1 || anchor.last < anchor.first || anchor.last >= static_cast<int32_t>(chars)) std::abort();
  return 0;
}
