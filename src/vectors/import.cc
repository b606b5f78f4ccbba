#include "vectors/import.h"

#include <cmath>
#include <cstring>
#include <fstream>

#include "base/file.h"
#include "base/status.h"
#include "base/utf8.h"
#include "fmt/format.h"
#include "vectors/import_table.h"
#include "vectors/word_list.h"

namespace tiqu::vectors {
namespace {

constexpr size_t kProbeBytes = size_t{1} << 16;

int64_t CountOfRank(int64_t rank) { return static_cast<int64_t>(1e9 / (static_cast<double>(rank) + 2.7)); }

// Binary rows have bytes that no text has: controls, or what is not UTF-8. The header line says nothing.
absl::StatusOr<bool> LooksBinary(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  std::string probe(kProbeBytes, '\0');
  file.read(probe.data(), static_cast<std::streamsize>(probe.size()));
  probe.resize(static_cast<size_t>(file.gcount()));
  int controls = 0;
  for (const char byte : probe) {
    const auto value = static_cast<unsigned char>(byte);
    controls += value < 0x20 && value != '\n' && value != '\r' && value != '\t';
  }
  // A stray control is a broken line of a text; small floats alone bring many a row.
  return controls * 200 > static_cast<int>(probe.size());
}

}  // namespace

ImportTable::ImportTable(const ImportOptions& options, ImportReport* report)
    : options_(options), report_(report), normalizer_(options.normalizer) {}

void ImportTable::Broken(const std::string& where, std::string_view why) {
  ++report_->broken;
  if (report_->messages.size() < kMaxMessages) report_->messages.push_back(fmt::format("{}: {}", where, why));
}

void ImportTable::Add(std::string_view word, const std::vector<float>& values, const std::string& where) {
  const auto text = normalizer_.Normalize(word);
  if (!text.ok()) return Broken(where, std::string(text.status().message()));
  if (text->chars.empty()) return Broken(where, "the word is empty");
  if (text->chars.find(U' ') != std::u32string::npos) return Broken(where, "the word has white space in it");
  for (const float value : values) {
    if (!std::isfinite(value)) return Broken(where, "a value is not a finite number");
  }
  if (static_cast<int32_t>(text->chars.size()) > options_.max_word_chars) {
    ++report_->too_long;
    return;
  }
  const int64_t count = CountOfRank(report_->read);
  const auto [it, added] = index_.emplace(EncodeUtf8(text->chars), entries_.size());
  if (added) {
    entries_.push_back({it->first, count});
    values_.insert(values_.end(), values.begin(), values.end());
    return;
  }
  ++report_->merged;
  text::Vocabulary::Entry& entry = entries_[it->second];
  const float part = static_cast<float>(count) / static_cast<float>(entry.count + count);
  float* row = values_.data() + it->second * static_cast<size_t>(dim_);
  for (size_t i = 0; i < values.size(); ++i) row[i] += part * (values[i] - row[i]);
  entry.count += count;
}

WordVectors ImportTable::Finish() {
  WordVectors vectors;
  vectors.dim = dim_;
  vectors.words = text::Vocabulary::FromEntries(entries_);
  vectors.values.assign(2 * static_cast<size_t>(dim_), 0.0F);
  // "<pad>" and "<unk>" as words of the file would be the special entries, which have no vector.
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (vectors.words.Find(entries_[i].text) <= text::kUnknownId) continue;
    const auto begin = values_.begin() + static_cast<std::ptrdiff_t>(i * static_cast<size_t>(dim_));
    vectors.values.insert(vectors.values.end(), begin, begin + dim_);
  }
  return vectors;
}

absl::StatusOr<Imported> ImportWord2Vec(const std::string& path, const ImportOptions& options) {
  if (options.max_words < 1) {
    return absl::InvalidArgumentError(fmt::format("max_words is {}, must be at least 1", options.max_words));
  }
  Imported imported;
  ImportReport& report = imported.report;
  ImportTable table(options, &report);
  TIQU_ASSIGN_OR_RETURN(report.binary, LooksBinary(path));
  TIQU_RETURN_IF_ERROR(report.binary ? ImportBinary(path, options, &table, &report)
                                     : ImportText(path, options, &table, &report));
  imported.vectors = table.Finish();
  if (imported.vectors.words.size() <= 2) {
    const std::string reason = report.messages.empty() ? "it is empty" : report.messages.front();
    return absl::InvalidArgumentError(fmt::format("{} has no word vectors in word2vec form: {}", path, reason));
  }
  report.cut_short = report.announced > report.read && !table.full();
  return imported;
}

}  // namespace tiqu::vectors
