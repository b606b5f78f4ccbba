#include "text/tokenizer.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "base/utf8.h"

namespace tiqu::text {
namespace {

constexpr char32_t kDirect = 0x10000;

std::vector<int32_t> DirectIds(const Vocabulary& chars) {
  std::vector<int32_t> ids(kDirect, kUnknownId);
  for (int32_t id = kUnknownId + 1; id < chars.size(); ++id) {
    const auto text = DecodeUtf8(chars.entry(id).text);
    if (text.ok() && text->size() == 1 && (*text)[0] < kDirect) ids[(*text)[0]] = id;
  }
  return ids;
}

// As the passages will be: the user writes 羅顯敏 or ＡＢＣ as it comes. Words that are not UTF-8 are left out.
std::vector<std::string> NormalizeWords(const Normalizer& normalizer, const std::vector<std::string>& words) {
  std::vector<std::string> normalized;
  for (const std::string& word : words) {
    const auto text = normalizer.Normalize(word);
    if (text.ok()) normalized.push_back(EncodeUtf8(text->chars));
  }
  return normalized;
}

}  // namespace

Tokenizer::Tokenizer(const NormalizerOptions& options, Vocabulary chars, Vocabulary words,
                     std::vector<std::string> user_words)
    : normalizer_(options),
      chars_(std::move(chars)),
      words_(std::move(words)),
      user_words_(std::move(user_words)),
      segmenter_(words_, NormalizeWords(normalizer_, user_words_)),
      direct_ids_(DirectIds(chars_)) {}

absl::StatusOr<EncodedText> Tokenizer::Encode(std::string_view utf8) const {
  EncodedText encoded;
  TIQU_ASSIGN_OR_RETURN(encoded.text, normalizer_.Normalize(utf8));
  const std::u32string& chars = encoded.text.chars;
  encoded.char_ids.resize(chars.size());
  std::string bytes;
  for (size_t i = 0; i < chars.size(); ++i) {
    if (chars[i] < kDirect) {
      encoded.char_ids[i] = direct_ids_[chars[i]];
    } else {
      bytes.clear();
      AppendUtf8(chars[i], &bytes);
      encoded.char_ids[i] = chars_.Find(bytes);
    }
  }
  encoded.word_ids.resize(chars.size());
  for (const Word& word : segmenter_.Segment(chars)) {
    std::fill(encoded.word_ids.begin() + word.begin, encoded.word_ids.begin() + word.end, word.id);
  }
  return encoded;
}

}  // namespace tiqu::text
