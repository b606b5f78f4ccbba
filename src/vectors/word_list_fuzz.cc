// Any bytes as a word list: refused, or words and tags that belong together and can be made columns of vectors.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/fuzz_file.h"
#include "vectors/word_list.h"
#include "vectors/word_tags.h"

namespace {

// A column of the first tag: every word that has it stands there with a 1, and no other.
void CheckColumn(const tiqu::vectors::WordList& list) {
  const std::string& tag = list.tags.front().tag;
  if (tag.find('+') != std::string::npos) return;  // which stands between tags of one column
  tiqu::vectors::WordVectors vectors;
  vectors.dim = 1;
  vectors.values.assign(static_cast<size_t>(vectors.words.size()), 0.0F);
  tiqu::vectors::TagOptions options;
  options.columns = {tag};
  const auto tagged = tiqu::vectors::AddTagColumns(vectors, list, options);
  if (!tagged.ok() || tagged->vectors.dim != 2 || tagged->vectors.words.size() - 2 != tagged->added) std::abort();
  for (int32_t id = 2; id < tagged->vectors.words.size(); ++id) {
    if (tagged->vectors.row(id)[1] != 1.0F) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const tiqu::FuzzFile file(data, size);
  const auto list = tiqu::vectors::ReadWordList(file.path(), tiqu::text::NormalizerOptions());
  if (!list.ok()) return 0;
  for (const tiqu::vectors::WordTag& tag : list->tags) {
    if (tag.word <= tiqu::text::kUnknownId || tag.word >= list->words.size() || tag.tag.empty()) std::abort();
  }
  if (static_cast<int64_t>(list->messages.size()) > list->bad_lines) std::abort();
  if (!list->tags.empty()) CheckColumn(*list);
  return 0;
}
