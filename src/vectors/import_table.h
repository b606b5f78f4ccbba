// What import fills while it reads. Not for other folders.
//
// Thread safety: none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "vectors/import.h"

namespace tiqu::vectors {

class ImportTable {
 public:
  ImportTable(const ImportOptions& options, ImportReport* report);

  int32_t dim() const { return dim_; }
  void set_dim(int32_t dim) { dim_ = dim; }
  bool full() const { return static_cast<int32_t>(entries_.size()) >= options_.max_words; }

  // Keeps or merges one record. `values`: [dim].
  void Add(std::string_view word, const std::vector<float>& values, const std::string& where);
  void Broken(const std::string& where, std::string_view why);

  WordVectors Finish();

 private:
  const ImportOptions& options_;
  ImportReport* report_;
  text::Normalizer normalizer_;
  int32_t dim_ = 0;
  std::vector<text::Vocabulary::Entry> entries_;
  std::vector<float> values_;  // [entries, dim]
  absl::flat_hash_map<std::string, size_t> index_;
};

// Both read on until the end, a full table or an interrupt.
absl::Status ImportText(const std::string& path, const ImportOptions& options, ImportTable* table,
                        ImportReport* report);
absl::Status ImportBinary(const std::string& path, const ImportOptions& options, ImportTable* table,
                          ImportReport* report);

}  // namespace tiqu::vectors
