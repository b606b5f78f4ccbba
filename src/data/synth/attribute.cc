#include "data/synth/attribute.h"

#include <vector>

#include "data/synth/attribute_tables.h"

namespace tiqu::data::synth {
namespace {

std::vector<std::string_view> Wordings(std::string_view row) {
  std::vector<std::string_view> wordings;
  for (size_t bar = 0; bar != row.npos; row.remove_prefix(bar == row.npos ? 0 : bar + 1)) {
    bar = row.find('|');
    wordings.push_back(row.substr(0, bar));
  }
  return wordings;
}

}  // namespace

std::span<const Attribute> Attributes() {
  static const std::vector<Attribute> kAll = [] {
    std::vector<Attribute> all;
    for (const std::span<const AttributeRow> rows : {PeopleAttributes(), BusinessAttributes()}) {
      for (const AttributeRow& row : rows) {
        all.push_back({row.key, row.family, Wordings(row.titles), Wordings(row.clauses), Wordings(row.questions)});
      }
    }
    return all;
  }();
  return kAll;
}

const Attribute& FindAttribute(std::string_view key) {
  for (const Attribute& attribute : Attributes()) {
    if (attribute.key == key) return attribute;
  }
  return Attributes().front();
}

}  // namespace tiqu::data::synth
