#include "data/tag_column.h"

namespace tiqu::data {

bool ParseTagColumn(std::string_view line, TagColumn* column) {
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  const size_t split = line.find_last_of(" \t");
  if (split == std::string_view::npos || split == 0 || split + 1 == line.size()) return false;
  column->token = line.substr(0, split);
  if (column->token.find_first_of(" \t") != std::string_view::npos) return false;  // further columns
  const std::string_view tag = line.substr(split + 1);
  column->position = tag.front();
  column->label = {};
  if (tag == "O") return true;
  constexpr std::string_view kPositions = "BIMES";
  if (tag.size() < 3 || tag[1] != '-' || kPositions.find(tag.front()) == std::string_view::npos) return false;
  column->label = tag.substr(2);
  return true;
}

}  // namespace tiqu::data
