#include "text/vocabulary.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/status.h"
#include "base/utf8.h"
#include "fmt/format.h"

namespace tiqu::text {
namespace {

constexpr std::string_view kPadText = "<pad>";
constexpr std::string_view kUnknownText = "<unk>";

absl::string_view Key(std::string_view text) { return {text.data(), text.size()}; }

absl::StatusOr<Vocabulary::Entry> DecodeLine(std::string_view line) {
  // The last tab: a text may hold others.
  const size_t tab = line.rfind('\t');
  if (tab == std::string_view::npos) return absl::DataLossError("no tab between text and count");
  const std::string_view text = line.substr(0, tab);
  if (text.empty()) return absl::DataLossError("the text is empty");
  if (const auto decoded = DecodeUtf8(text); !decoded.ok()) {
    return absl::DataLossError(decoded.status().message());
  }
  Vocabulary::Entry entry{std::string(text), 0};
  const char* end = line.data() + line.size();
  const auto parsed = std::from_chars(line.data() + tab + 1, end, entry.count);
  if (parsed.ec != std::errc() || parsed.ptr != end || entry.count < 0) {
    return absl::DataLossError(fmt::format("the count \"{}\" is not a number from 0", line.substr(tab + 1)));
  }
  return entry;
}

}  // namespace

Vocabulary::Vocabulary() : entries_{{std::string(kPadText), 0}, {std::string(kUnknownText), 0}} {
  ids_.emplace(kPadText, kPadId);
  ids_.emplace(kUnknownText, kUnknownId);
}

Vocabulary Vocabulary::FromEntries(const std::vector<Entry>& entries) {
  Vocabulary vocabulary;
  vocabulary.entries_.reserve(entries.size() + 2);
  vocabulary.ids_.reserve(entries.size() + 2);
  for (const Entry& entry : entries) {
    if (entry.text.empty() || entry.text.find('\n') != std::string::npos) continue;
    const auto [it, added] = vocabulary.ids_.emplace(entry.text, vocabulary.size());
    if (added) {
      vocabulary.entries_.push_back(entry);
    } else if (it->second > kUnknownId) {
      int64_t& count = vocabulary.entries_[static_cast<size_t>(it->second)].count;
      count += std::min(entry.count, std::numeric_limits<int64_t>::max() - count);
    }
  }
  return vocabulary;
}

absl::StatusOr<Vocabulary> Vocabulary::Decode(std::string_view file_bytes) {
  std::vector<Entry> entries;
  for (int64_t number = 1; !file_bytes.empty(); ++number) {
    const size_t newline = file_bytes.find('\n');
    const auto at_line = [number](absl::Status status) {
      return Annotate(status, fmt::format("vocabulary line {}", number));
    };
    if (newline == std::string_view::npos) return at_line(absl::DataLossError("cut short, no line end"));
    absl::StatusOr<Entry> entry = DecodeLine(file_bytes.substr(0, newline));
    if (!entry.ok()) return at_line(entry.status());
    file_bytes.remove_prefix(newline + 1);
    if (number > 2) {
      entries.push_back(*std::move(entry));
    } else if (entry->text != (number == 1 ? kPadText : kUnknownText) || entry->count != 0) {
      return at_line(absl::DataLossError(fmt::format("must be \"{}\\t0\"", number == 1 ? kPadText : kUnknownText)));
    }
    if (file_bytes.empty() && number == 1) break;
    if (file_bytes.empty()) {
      Vocabulary vocabulary = FromEntries(entries);
      if (vocabulary.entries_.size() == entries.size() + 2) return vocabulary;
      return absl::DataLossError("vocabulary: a text stands on two lines");
    }
  }
  return absl::DataLossError("vocabulary: the lines of <pad> and <unk> are missing");
}

std::string Vocabulary::Encode() const {
  std::string bytes;
  for (const Entry& entry : entries_) {
    bytes += entry.text;
    bytes += '\t';
    bytes += std::to_string(entry.count);
    bytes += '\n';
  }
  return bytes;
}

int32_t Vocabulary::Find(std::string_view text) const {
  const auto it = ids_.find(Key(text));
  return it == ids_.end() ? kUnknownId : it->second;
}

}  // namespace tiqu::text
