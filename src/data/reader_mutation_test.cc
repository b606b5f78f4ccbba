// The readers' fuzzers in small: their seeds, damaged at random, must keep the same promises (reader_fuzz.h).
#include <gtest/gtest.h>

#include <filesystem>
#include <utility>

#include "base/file.h"
#include "base/random.h"
#include "data/reader_fuzz.h"

namespace tiqu::data {
namespace {

constexpr int kRounds = 1500;

// Flips, drops, doubles and moves some bytes.
std::string Damaged(Random& random, std::string bytes) {
  for (int i = random.Between(1, 6); i > 0 && !bytes.empty(); --i) {
    const size_t at = random.Below(static_cast<uint32_t>(bytes.size()));
    const size_t length = std::min<size_t>(bytes.size() - at, 1 + random.Below(12));
    switch (random.Below(5)) {
      case 0:
        bytes[at] = static_cast<char>(random.Below(256));
        break;
      case 1:
        bytes.erase(at, length);
        break;
      case 2:
        bytes.insert(at, bytes.substr(at, length));
        break;
      case 3:
        bytes.insert(random.Below(static_cast<uint32_t>(bytes.size())), bytes.substr(at, length));
        break;
      default:
        bytes.resize(at);
    }
  }
  return bytes;
}

TEST(ReaderMutationTest, DamagedSeedsNeverBreakAPromise) {
  const std::filesystem::path corpus(TIQU_SOURCE_DIR "/tests/fuzz_corpus");
  const std::pair<const char*, Format> kFormats[] = {{"jsonl", Format::kJsonl},
                                                     {"lines", Format::kLines},
                                                     {"squad", Format::kSquad},
                                                     {"spans", Format::kSpans},
                                                     {"label_studio", Format::kLabelStudio},
                                                     {"webqa", Format::kWebqa},
                                                     {"duie", Format::kDuie},
                                                     {"columns", Format::kColumns},
                                                     {"detect", Format::kAuto}};
  Random random(17);
  for (const auto& [name, format] : kFormats) {
    for (const auto& entry : std::filesystem::directory_iterator(corpus / ("reader_" + std::string(name) + "_fuzz"))) {
      const std::string seed = ReadFile(entry.path().string()).value();
      FuzzReader(format, seed);
      for (int round = 0; round < kRounds; ++round) FuzzReader(format, Damaged(random, seed));
    }
  }
}

}  // namespace
}  // namespace tiqu::data
