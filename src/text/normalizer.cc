// A source is cut into groups: a character, and those after it that may join it (combining marks, vowel signs, jamo).
// Nearly every group is one character, whose folded form a table gives. A longer group goes through NFKC as a whole;
// when that leaves its characters alone each keeps its own place, else all of them come from the whole group.
#include "text/normalizer.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "base/status.h"
#include "base/utf8.h"
#include "generated/fold_tables.inc"

namespace tiqu::text {
namespace {

// A group of more characters is cut: sorting the marks of a hostile one would take quadratic time. (Unicode's
// stream-safe form has the same limit for the same reason.)
constexpr size_t kMaxGroup = 32;

constexpr char32_t kWhiteSpace[] = {0x09,   0x0A,   0x0B,   0x0C,   0x0D,   0x1C,   0x1D,   0x1E,   0x1F,   0x85,
                                    0xA0,   0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007,
                                    0x2008, 0x2009, 0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000};

// Table entries: 0 leaves the character as it is; else the character it becomes, or kMany and where its several are.
constexpr uint32_t kMany = uint32_t{1} << 31;
constexpr uint32_t kJoins = uint32_t{1} << 30;  // may join the character before it
constexpr uint32_t kValue = kJoins - 1;

constexpr size_t kBlockSize = 256;
constexpr size_t kBlocks = 0x110000 / kBlockSize;

}  // namespace

struct Normalizer::Tables {
  explicit Tables(const NormalizerOptions& options);

  uint32_t Look(char32_t c) const { return blocks[block_of[c / kBlockSize]][c % kBlockSize]; }

  // The character after case and script; `c` is an NFKC form already.
  char32_t Single(char32_t c) const {
    const uint32_t value = Look(c) & ~kJoins;
    return value == 0 || (value & kMany) != 0 ? c : value;
  }

  uint32_t& At(char32_t c) {
    uint16_t& block = block_of[c / kBlockSize];
    if (block == 0) {
      block = static_cast<uint16_t>(blocks.size());
      blocks.emplace_back();
    }
    return blocks[block][c % kBlockSize];
  }

  void Replace(char32_t c, char32_t by) { At(c) = (At(c) & kJoins) | by; }

  void AddCompatibility();

  std::array<uint16_t, kBlocks> block_of = {};
  std::vector<std::array<uint32_t, kBlockSize>> blocks{1};  // block 0 changes nothing
  std::vector<char32_t> pool;                               // several characters: their number, then they
};

Normalizer::Tables::Tables(const NormalizerOptions& options) {
  for (const char32_t c : kWhiteSpace) Replace(c, U' ');
  if (options.to_simplified) {
    for (const auto& [from, to] : kSimplified) Replace(from, to);
  }
  if (options.lower_case) {
    for (const auto& [from, to] : kLower) Replace(from, to);
  }
  // Last, for its results take what case and script make of them.
  if (options.fold_compatibility) AddCompatibility();
}

void Normalizer::Tables::AddCompatibility() {
  std::vector<std::pair<char32_t, uint32_t>> entries;
  entries.reserve(std::size(kCompatibility));
  for (const Compatibility& form : kCompatibility) {
    const char32_t* chars = kCompatibilityPool + form.offset;
    if (form.count == 1) {
      entries.emplace_back(form.from, Single(chars[0]));
      continue;
    }
    entries.emplace_back(form.from, kMany | static_cast<uint32_t>(pool.size()));
    pool.push_back(form.count);
    for (size_t i = 0; i < form.count; ++i) pool.push_back(Single(chars[i]));
  }
  for (const auto& [from, value] : entries) At(from) = value;
  for (const auto& [first, last] : kJoining) {
    for (char32_t c = first; c <= last; ++c) At(c) |= kJoins;
  }
}

namespace {

// NFKC of a group of two characters or more.
std::u32string Compose(std::u32string_view group) {
  utf8proc_int32_t buffer[kMaxGroup * 20];  // no character decomposes into more than 18
  utf8proc_ssize_t size = 0;
  for (const char32_t c : group) {
    int boundary = 0;
    const auto count = utf8proc_decompose_char(
        static_cast<utf8proc_int32_t>(c), buffer + size, static_cast<utf8proc_ssize_t>(std::size(buffer)) - size,
        static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT), &boundary);
    if (count < 0 || size + count > static_cast<utf8proc_ssize_t>(std::size(buffer))) return std::u32string(group);
    size += count;
  }
  const auto combining_class = [](utf8proc_int32_t c) { return utf8proc_get_property(c)->combining_class; };
  for (utf8proc_int32_t* run = buffer; run < buffer + size;) {
    if (combining_class(*run) == 0) {
      ++run;
      continue;
    }
    utf8proc_int32_t* end = std::find_if(run, buffer + size, [&](auto c) { return combining_class(c) == 0; });
    std::stable_sort(run, end, [&](auto a, auto b) { return combining_class(a) < combining_class(b); });
    run = end;
  }
  const auto composed =
      utf8proc_normalize_utf32(buffer, size, static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
  if (composed < 0) return std::u32string(group);
  return std::u32string(buffer, buffer + composed);
}

void Append(char32_t c, size_t begin, size_t end, NormalizedText* text) {
  text->chars.push_back(c);
  text->begin.push_back(static_cast<int32_t>(begin));
  text->end.push_back(static_cast<int32_t>(end));
}

}  // namespace

// One set of tables for each of the eight choices, made when it is first asked for.
Normalizer::Normalizer(const NormalizerOptions& options) : options_(options) {
  static std::mutex mutex;
  static std::array<std::shared_ptr<const Tables>, 8> made;
  const size_t choice =
      size_t{options.fold_compatibility} * 4 + size_t{options.lower_case} * 2 + size_t{options.to_simplified};
  const std::lock_guard lock(mutex);
  if (made[choice] == nullptr) made[choice] = std::make_shared<Tables>(options);
  tables_ = made[choice];
}

Normalizer::~Normalizer() = default;

absl::StatusOr<NormalizedText> Normalizer::Normalize(std::string_view utf8) const {
  TIQU_ASSIGN_OR_RETURN(const std::u32string source, DecodeUtf8(utf8));
  if (source.size() > size_t{1} << 30) return absl::InvalidArgumentError("the text has more than 2^30 characters");
  const Tables& tables = *tables_;
  NormalizedText text;
  text.source_chars = static_cast<int32_t>(source.size());
  const size_t room = source.size() + source.size() / 16 + 16;
  text.chars.reserve(room);
  text.begin.reserve(room);
  text.end.reserve(room);
  for (size_t i = 0; i < source.size();) {
    size_t end = i + 1;
    while (end < source.size() && end - i < kMaxGroup && (tables.Look(source[end]) & kJoins) != 0) ++end;
    if (end - i > 1) {
      const std::u32string_view group(source.data() + i, end - i);
      const std::u32string composed = Compose(group);
      const bool alone = composed == group;
      for (size_t k = 0; k < composed.size(); ++k) {
        Append(tables.Single(composed[k]), alone ? i + k : i, alone ? i + k + 1 : end, &text);
      }
    } else if (const uint32_t value = tables.Look(source[i]) & ~kJoins; (value & kMany) == 0) {
      Append(value == 0 ? source[i] : value, i, end, &text);
    } else {
      const char32_t* entry = tables.pool.data() + (value & kValue);
      for (size_t k = 1; k <= entry[0]; ++k) Append(entry[k], i, end, &text);
    }
    i = end;
  }
  return text;
}

}  // namespace tiqu::text
