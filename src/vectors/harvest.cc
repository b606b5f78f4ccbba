// Every position of a Han run becomes a key of its next five characters, 12 bits each (the 4,094 most frequent
// characters; others end a run). Sorted, the keys of one prefix stand together: the size of a group is the count of its
// string, and the next characters in it give the entropy on its right. The same over reversed runs gives the left.
#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/status.h"
#include "base/utf8.h"
#include "fmt/format.h"
#include "vectors/word_list.h"

namespace tiqu::vectors {
namespace {

constexpr int kBits = 12;
constexpr int kKeyChars = 5;
constexpr int kMaxWordChars = 4;
constexpr size_t kMaxCodes = (size_t{1} << kBits) - 2;  // code 0: the end of a run

struct Gram {
  int64_t count = 0;
  double left = 0;
  double right = 0;
};
// By the string's codes, kBits each, the first highest, and its length below them.
using Grams = absl::flat_hash_map<uint64_t, Gram>;
using Runs = std::vector<std::vector<uint16_t>>;

bool IsHan(char32_t c) { return c >= 0x4E00 && c <= 0x9FFF; }

// The first `length` codes of a sort key.
uint64_t Prefix(uint64_t key, int length) { return key >> (kBits * (kKeyChars - length)); }
uint64_t GramKey(uint64_t codes, int length) { return codes << 3 | static_cast<uint64_t>(length); }

// Reads about `max_chars` Han characters, every n-th line of the corpus.
absl::StatusOr<std::vector<std::u32string>> ReadRuns(const std::vector<std::string>& corpus,
                                                     const text::Normalizer& normalizer, int64_t max_chars) {
  int64_t total_bytes = 0;
  for (const std::string& path : corpus) {
    TIQU_ASSIGN_OR_RETURN(const LineReader reader, LineReader::Open(path, kMaxCorpusLineBytes));
    if (reader.bytes_total() < 0) {
      return absl::InvalidArgumentError(
          fmt::format("{} can be read only once: give a word list, for harvesting words needs the text twice", path));
    }
    total_bytes += reader.bytes_total();
  }
  const int64_t stride = total_bytes / 3 / std::max<int64_t>(max_chars, 1) + 1;
  std::vector<std::u32string> runs;
  std::string line;
  for (const std::string& path : corpus) {
    TIQU_ASSIGN_OR_RETURN(LineReader reader, LineReader::Open(path, kMaxCorpusLineBytes));
    for (;;) {
      const absl::StatusOr<bool> more = reader.Next(&line);
      if (Interrupted()) return absl::CancelledError("interrupted");
      if (more.ok() && !*more) break;
      if (!more.ok() || reader.line_number() % stride != 0) continue;
      const auto text = normalizer.Normalize(line);
      if (!text.ok()) continue;
      runs.emplace_back();
      for (const char32_t c : text->chars) {
        if (IsHan(c)) {
          runs.back().push_back(c);
        } else if (!runs.back().empty()) {
          runs.emplace_back();
        }
      }
    }
  }
  return runs;
}

// Characters by falling count; the place in it plus one is a character's code.
std::vector<std::pair<char32_t, int64_t>> CountChars(const std::vector<std::u32string>& runs) {
  std::vector<int64_t> counts(0x10000);
  for (const std::u32string& run : runs) {
    for (const char32_t c : run) ++counts[c];
  }
  std::vector<std::pair<char32_t, int64_t>> chars;
  for (char32_t c = 0; c < counts.size(); ++c) {
    if (counts[c] > 0) chars.emplace_back(c, counts[c]);
  }
  std::stable_sort(chars.begin(), chars.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  return chars;
}

Runs EncodeRuns(const std::vector<std::u32string>& runs, const std::vector<std::pair<char32_t, int64_t>>& chars) {
  std::vector<uint16_t> code_of(0x10000);
  for (size_t i = 0; i < std::min(chars.size(), kMaxCodes); ++i) code_of[chars[i].first] = static_cast<uint16_t>(i + 1);
  Runs encoded;
  encoded.reserve(runs.size());
  for (const std::u32string& run : runs) {
    std::vector<uint16_t>& codes = encoded.emplace_back();
    for (const char32_t c : run) codes.push_back(code_of[c]);
  }
  return encoded;
}

std::vector<uint64_t> SortedKeys(const Runs& runs, bool reversed) {
  std::vector<uint64_t> keys;
  std::vector<uint16_t> codes;
  for (const std::vector<uint16_t>& run : runs) {
    codes = run;
    if (reversed) std::reverse(codes.begin(), codes.end());
    for (size_t i = 0; i < codes.size(); ++i) {
      uint64_t key = 0;
      bool ended = false;
      for (size_t k = i; k < i + kKeyChars; ++k) {
        ended = ended || k >= codes.size() || codes[k] == 0;
        key = key << kBits | (ended ? 0 : codes[k]);
      }
      if (codes[i] != 0) keys.push_back(key);
    }
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

uint64_t Reversed(uint64_t codes, int length) {
  uint64_t reversed = 0;
  for (int i = 0; i < length; ++i, codes >>= kBits) reversed = reversed << kBits | (codes & ((1U << kBits) - 1));
  return reversed;
}

// Entropy of the characters that follow the first `length` ones in [begin, end). Every end of a run counts as another
// character, for anything may stand there.
double NextEntropy(const std::vector<uint64_t>& keys, size_t begin, size_t end, int length) {
  const auto total = static_cast<double>(end - begin);
  double entropy = 0;
  for (size_t i = begin; i < end;) {
    const uint64_t next = Prefix(keys[i], length + 1);
    size_t same = i;
    while (same < end && Prefix(keys[same], length + 1) == next) ++same;
    const bool run_end = (next & ((1U << kBits) - 1)) == 0;
    const double count = run_end ? 1 : static_cast<double>(same - i);
    const double times = run_end ? static_cast<double>(same - i) : 1;
    entropy += times * count / total * std::log(total / count);
    i = same;
  }
  return entropy;
}

void CountGrams(const std::vector<uint64_t>& keys, bool reversed, int64_t min_count, Grams* grams) {
  for (int length = 1; length <= kMaxWordChars; ++length) {
    for (size_t begin = 0; begin < keys.size();) {
      const uint64_t prefix = Prefix(keys[begin], length);
      size_t end = begin;
      while (end < keys.size() && Prefix(keys[end], length) == prefix) ++end;
      const bool whole = (prefix & ((1U << kBits) - 1)) != 0;
      if (whole && static_cast<int64_t>(end - begin) >= min_count) {
        Gram& gram = (*grams)[GramKey(reversed ? Reversed(prefix, length) : prefix, length)];
        gram.count = static_cast<int64_t>(end - begin);
        (reversed ? gram.left : gram.right) = NextEntropy(keys, begin, end, length);
      }
      begin = end;
    }
  }
}

// The least over all cuts of log(total c(ab) / (c(a) c(b))).
double Cohesion(const Grams& grams, uint64_t codes, int length, double total) {
  const auto count = [&](uint64_t part, int chars) {
    const auto it = grams.find(GramKey(part, chars));
    return it == grams.end() ? 1.0 : static_cast<double>(it->second.count);
  };
  double least = INFINITY;
  for (int cut = 1; cut < length; ++cut) {
    const int back = length - cut;
    const uint64_t tail = codes & ((uint64_t{1} << (kBits * back)) - 1);
    const double parts = count(codes >> (kBits * back), cut) * count(tail, back);
    least = std::min(least, std::log(total * count(codes, length) / parts));
  }
  return least;
}

}  // namespace

absl::StatusOr<text::Vocabulary> HarvestWords(const std::vector<std::string>& corpus,
                                              const text::NormalizerOptions& normalizer,
                                              const HarvestOptions& options) {
  TIQU_ASSIGN_OR_RETURN(const auto raw_runs, ReadRuns(corpus, text::Normalizer(normalizer), options.max_chars));
  const std::vector<std::pair<char32_t, int64_t>> chars = CountChars(raw_runs);
  const Runs runs = EncodeRuns(raw_runs, chars);
  Grams grams;
  double total = 0;
  for (const bool reversed : {false, true}) {
    const std::vector<uint64_t> keys = SortedKeys(runs, reversed);
    if (Interrupted()) return absl::CancelledError("interrupted");
    CountGrams(keys, reversed, options.min_count, &grams);
    total = static_cast<double>(keys.size());
  }
  std::vector<text::Vocabulary::Entry> entries;
  for (const auto& [c, count] : chars) entries.push_back({EncodeUtf8(std::u32string(1, c)), count});
  const size_t singles = entries.size();
  for (const auto& [key, gram] : grams) {
    const auto length = static_cast<int>(key & 7);
    if (length < 2 || std::min(gram.left, gram.right) < options.min_freedom) continue;
    if (Cohesion(grams, key >> 3, length, total) < options.min_cohesion) continue;
    std::u32string word;
    for (int i = length - 1; i >= 0; --i) word.push_back(chars[((key >> 3) >> (kBits * i) & 0xFFF) - 1].first);
    entries.push_back({EncodeUtf8(word), gram.count});
  }
  // A hash table's order differs from run to run.
  std::sort(entries.begin() + static_cast<std::ptrdiff_t>(singles), entries.end(),
            [](const auto& a, const auto& b) { return a.count != b.count ? a.count > b.count : a.text < b.text; });
  return text::Vocabulary::FromEntries(entries);
}

}  // namespace tiqu::vectors
