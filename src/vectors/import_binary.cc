// file   = count " " dim "\n" { record }
// record = [ "\n" ] word " " dim little-endian floats
#include <charconv>
#include <fstream>

#include "base/interrupt.h"
#include "base/progress.h"
#include "fmt/format.h"
#include "vectors/import_table.h"

namespace tiqu::vectors {
namespace {

constexpr size_t kMaxWordBytes = 1000;

absl::Status ReadHeader(std::istream& file, const std::string& path, int64_t* count, int32_t* dim) {
  std::string header;
  for (int c = file.get(); c != EOF && c != '\n' && header.size() < 64; c = file.get()) {
    header.push_back(static_cast<char>(c));
  }
  const char* end = header.data() + header.size();
  const auto first = std::from_chars(header.data(), end, *count);
  const bool more = first.ec == std::errc() && first.ptr != end && *first.ptr == ' ';
  const auto second = more ? std::from_chars(first.ptr + 1, end, *dim) : first;
  if (!more || second.ec != std::errc() || *count < 0 || *dim < 1 || *dim > kMaxDim) {
    return absl::InvalidArgumentError(fmt::format(
        "{}: a binary word2vec file must start with \"words dimension\", dimension 1 to {}", path, kMaxDim));
  }
  return absl::OkStatus();
}

// The word up to the space before its values. False at the end of the file; a word without end stays too long.
bool ReadWord(std::istream& file, std::string* word) {
  word->clear();
  for (int c = file.get(); c != EOF; c = file.get()) {
    if (c == ' ') return true;
    if (c == '\n' && word->empty()) continue;
    word->push_back(static_cast<char>(c));
    if (word->size() > kMaxWordBytes) return true;
  }
  return false;
}

}  // namespace

absl::Status ImportBinary(const std::string& path, const ImportOptions& options, ImportTable* table,
                          ImportReport* report) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(fmt::format("cannot open {}", path));
  int32_t dim = 0;
  if (const absl::Status status = ReadHeader(file, path, &report->announced, &dim); !status.ok()) return status;
  table->set_dim(dim);
  Progress progress("import", report->announced);
  std::vector<float> values(static_cast<size_t>(dim));
  std::string word;
  while (!table->full() && report->read < report->announced) {
    if (Interrupted()) return absl::CancelledError("interrupted");
    if (!ReadWord(file, &word)) break;
    const std::string where = fmt::format("word {}", report->read + 1);
    if (word.size() > kMaxWordBytes) {
      // There is no finding back to where a record starts.
      table->Broken(where, fmt::format("longer than {} bytes: the file is damaged from here on", kMaxWordBytes));
      break;
    }
    const auto bytes = static_cast<std::streamsize>(values.size() * sizeof(float));
    file.read(reinterpret_cast<char*>(values.data()), bytes);
    if (file.gcount() != bytes) break;
    ++report->read;
    table->Add(word, values, where);
    if (options.show_progress) progress.Update(report->read);
  }
  if (options.show_progress) progress.Finish();
  return absl::OkStatus();
}

}  // namespace tiqu::vectors
