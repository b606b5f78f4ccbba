#include "model/ngram_table.h"

#include <algorithm>
#include <set>

namespace tiqu::model {
namespace {

struct HashedNgram {
  NgramHash hash;
  int32_t id;
};

NgramHash HashOf(std::span<const int32_t> chars) {
  NgramHash hash;
  for (const int32_t c : chars) hash.Add(c);
  return hash;
}

size_t PlaceOf(const NgramHash& hash, int half, int32_t slots) {
  return static_cast<size_t>(half * static_cast<int64_t>(slots) + hash.value(half) % slots);
}

// Puts all into a table of 2 * slots places; false when some n-gram finds none.
bool Place(const std::vector<HashedNgram>& ngrams, int32_t slots, std::vector<int32_t>* places) {
  constexpr int kMostMoves = 200;
  places->assign(2 * static_cast<size_t>(slots), -1);
  for (size_t n = 0; n < ngrams.size(); ++n) {
    auto moved = static_cast<int32_t>(n);
    int half = 0;
    for (int move = 0; moved >= 0; ++move, half = 1 - half) {
      if (move == kMostMoves) return false;
      std::swap(moved, (*places)[PlaceOf(ngrams[static_cast<size_t>(moved)].hash, half, slots)]);
    }
  }
  return true;
}

}  // namespace

NgramTable NgramTable::Build(const std::vector<std::pair<std::vector<int32_t>, int32_t>>& ngrams) {
  std::vector<HashedNgram> hashed;
  std::set<std::pair<int64_t, int64_t>> seen;
  for (const auto& [chars, id] : ngrams) {
    const NgramHash hash = HashOf(chars);
    const bool usable = !chars.empty() && hash.known();
    if (usable && seen.emplace(hash.value(0), hash.value(1)).second) hashed.push_back({hash, id});
  }
  NgramTable table;
  std::vector<int32_t> places;
  table.slots = static_cast<int32_t>(hashed.size()) + 1;  // half full
  while (!Place(hashed, table.slots, &places)) table.slots += table.slots / 8 + 1;
  table.keys.assign(places.size(), -1.0F);
  table.ids.assign(places.size(), 0.0F);
  for (size_t place = 0; place < places.size(); ++place) {
    if (places[place] < 0) continue;
    const HashedNgram& ngram = hashed[static_cast<size_t>(places[place])];
    const bool second_half = place >= static_cast<size_t>(table.slots);
    table.keys[place] = static_cast<float>(ngram.hash.value(second_half ? 0 : 1));
    table.ids[place] = static_cast<float>(ngram.id);
  }
  return table;
}

int32_t NgramTable::Find(const NgramHash& hash) const {
  if (!hash.known()) return 0;
  float id = 0;
  for (int half = 0; half < 2; ++half) {
    const size_t place = PlaceOf(hash, half, slots);
    if (keys[place] == static_cast<float>(hash.value(1 - half))) id = std::max(id, ids[place]);
  }
  return static_cast<int32_t>(id);
}

int32_t NgramTable::Find(std::span<const int32_t> chars) const { return chars.empty() ? 0 : Find(HashOf(chars)); }

}  // namespace tiqu::model
