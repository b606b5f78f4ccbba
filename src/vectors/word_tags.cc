#include "vectors/word_tags.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_split.h"
#include "base/status.h"
#include "base/utf8.h"
#include "fmt/format.h"

namespace tiqu::vectors {
namespace {

absl::Status CheckKnown(const std::set<std::string>& known, const std::string& tag) {
  if (known.contains(tag)) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("no word of the list has the tag \"{}\"", tag));
}

std::set<std::string> TagsOf(const WordList& list) {
  std::set<std::string> tags;
  for (const WordTag& tag : list.tags) tags.insert(tag.tag);
  return tags;
}

absl::StatusOr<std::map<std::string, size_t>> ColumnsByTag(const std::vector<std::string>& columns,
                                                           const std::set<std::string>& known) {
  if (columns.empty()) return absl::InvalidArgumentError("no tags are named");
  std::map<std::string, size_t> by_tag;
  for (size_t i = 0; i < columns.size(); ++i) {
    const std::vector<std::string> tags = absl::StrSplit(columns[i], '+');
    for (const std::string& tag : tags) {
      if (tag.empty()) return absl::InvalidArgumentError(fmt::format("\"{}\" has an empty tag", columns[i]));
      TIQU_RETURN_IF_ERROR(CheckKnown(known, tag));
      if (!by_tag.emplace(tag, i).second) {
        return absl::InvalidArgumentError(fmt::format("tag \"{}\" is named twice", tag));
      }
    }
  }
  return by_tag;
}

// The words of the list that get a vector, in its order.
std::vector<text::Vocabulary::Entry> NewWords(const WordVectors& vectors, const WordList& list,
                                              const std::set<std::string>& tags, int32_t max_chars) {
  std::vector<text::Vocabulary::Entry> words;
  std::set<int32_t> seen;
  for (const WordTag& tag : list.tags) {
    const std::string& word = list.words.entry(tag.word).text;
    if (!tags.contains(tag.tag) || vectors.words.Find(word) != text::kUnknownId) continue;
    if (CountCodePoints(word) > max_chars || !seen.insert(tag.word).second) continue;
    words.push_back({word, 1});
  }
  return words;
}

// Of the old words the vectors, of all others zeros; and `columns` zeros to each.
WordVectors Widen(const WordVectors& vectors, const std::vector<text::Vocabulary::Entry>& new_words, size_t columns) {
  std::vector<text::Vocabulary::Entry> entries;
  for (int32_t id = text::kUnknownId + 1; id < vectors.words.size(); ++id) entries.push_back(vectors.words.entry(id));
  entries.insert(entries.end(), new_words.begin(), new_words.end());
  WordVectors wide;
  wide.words = text::Vocabulary::FromEntries(entries);
  wide.dim = vectors.dim + static_cast<int32_t>(columns);
  wide.values.assign(static_cast<size_t>(wide.words.size()) * static_cast<size_t>(wide.dim), 0.0F);
  for (int32_t id = 0; id < vectors.words.size(); ++id) {
    std::copy_n(vectors.row(id), vectors.dim, wide.values.data() + static_cast<size_t>(id) * wide.dim);
  }
  return wide;
}

}  // namespace

absl::StatusOr<Tagged> AddTagColumns(const WordVectors& vectors, const WordList& list, const TagOptions& options) {
  const std::set<std::string> known = TagsOf(list);
  TIQU_ASSIGN_OR_RETURN(const auto column_of, ColumnsByTag(options.columns, known));
  if (options.columns.size() > static_cast<size_t>(kMaxDim - vectors.dim)) {
    return absl::InvalidArgumentError(fmt::format("{} columns beside {} elements; a vector has at most {}",
                                                  options.columns.size(), vectors.dim, kMaxDim));
  }
  if (options.max_word_chars < 1) {
    return absl::InvalidArgumentError(fmt::format("max_word_chars is {}, must be 1 or more", options.max_word_chars));
  }
  std::set<std::string> wanted(options.new_words.begin(), options.new_words.end());
  for (const std::string& tag : wanted) TIQU_RETURN_IF_ERROR(CheckKnown(known, tag));
  if (wanted.empty()) {
    for (const auto& [tag, column] : column_of) wanted.insert(tag);
  }
  const auto new_words = NewWords(vectors, list, wanted, options.max_word_chars);
  Tagged tagged;
  tagged.added = static_cast<int32_t>(new_words.size());
  tagged.vectors = Widen(vectors, new_words, options.columns.size());
  tagged.words.assign(options.columns.size(), 0);
  for (const WordTag& tag : list.tags) {
    const auto column = column_of.find(tag.tag);
    const int32_t id = tagged.vectors.words.Find(list.words.entry(tag.word).text);
    if (column == column_of.end() || id <= text::kUnknownId) continue;
    const size_t place = static_cast<size_t>(id) * static_cast<size_t>(tagged.vectors.dim) +
                         static_cast<size_t>(vectors.dim) + column->second;
    float& value = tagged.vectors.values[place];
    if (value == 0.0F) ++tagged.words[column->second];
    value = 1.0F;
  }
  return tagged;
}

}  // namespace tiqu::vectors
