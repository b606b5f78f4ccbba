#include "vectors/word_list.h"

#include <charconv>
#include <string_view>

#include "base/file.h"
#include "base/status.h"
#include "base/utf8.h"
#include "fmt/format.h"

namespace tiqu::vectors {
namespace {

constexpr size_t kMaxListLineBytes = size_t{1} << 16;

// Takes the first field off `line`.
std::string_view TakeField(std::string_view* line) {
  const size_t begin = std::min(line->find_first_not_of(" \t"), line->size());
  const size_t end = std::min(line->find_first_of(" \t", begin), line->size());
  const std::string_view field = line->substr(begin, end - begin);
  line->remove_prefix(end);
  return field;
}

// False for an empty line.
absl::StatusOr<bool> ParseLine(std::string_view line, const text::Normalizer& normalizer,
                               text::Vocabulary::Entry* entry, std::string* tag) {
  const std::string_view word = TakeField(&line);
  const std::string_view count = TakeField(&line);
  *tag = TakeField(&line);
  if (word.empty()) return false;
  TIQU_ASSIGN_OR_RETURN(const text::NormalizedText text, normalizer.Normalize(word));
  if (text.chars.find(U' ') != std::u32string::npos)
    return absl::InvalidArgumentError("the word has white space in it");
  *entry = {EncodeUtf8(text.chars), 1};
  if (count.empty()) return true;
  const char* end = count.data() + count.size();
  const auto parsed = std::from_chars(count.data(), end, entry->count);
  if (parsed.ec != std::errc() || parsed.ptr != end || entry->count < 0) {
    return absl::InvalidArgumentError(fmt::format("the count \"{}\" is not a number from 0", count.substr(0, 40)));
  }
  return true;
}

}  // namespace

absl::StatusOr<WordList> ReadWordList(const std::string& path, const text::NormalizerOptions& options) {
  TIQU_ASSIGN_OR_RETURN(LineReader reader, LineReader::Open(path, kMaxListLineBytes));
  const text::Normalizer normalizer(options);
  WordList list;
  std::vector<text::Vocabulary::Entry> entries;
  std::vector<std::string> tags;  // of the entries
  std::string line;
  for (;;) {
    absl::StatusOr<bool> word = reader.Next(&line);
    if (word.ok() && !*word) break;
    text::Vocabulary::Entry entry;
    std::string tag;
    if (word.ok()) word = ParseLine(line, normalizer, &entry, &tag);
    if (word.ok()) {
      if (*word) {
        entries.push_back(std::move(entry));
        tags.push_back(std::move(tag));
      }
      continue;
    }
    ++list.bad_lines;
    if (list.messages.size() < kMaxMessages) {
      list.messages.push_back(
          fmt::format("{} line {}: {}", path, reader.line_number(), std::string(word.status().message())));
    }
  }
  if (entries.empty()) return absl::InvalidArgumentError(fmt::format("{} has no words", path));
  list.words = text::Vocabulary::FromEntries(entries);
  for (size_t i = 0; i < entries.size(); ++i) {
    const int32_t id = list.words.Find(entries[i].text);
    if (!tags[i].empty() && id > text::kUnknownId) list.tags.push_back({id, std::move(tags[i])});
  }
  return list;
}

}  // namespace tiqu::vectors
