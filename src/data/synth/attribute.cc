#include "data/synth/attribute.h"

#include <vector>

#include "data/synth/attribute_tables.h"

namespace tiqu::data::synth {

std::span<const Attribute> Attributes() {
  static const std::vector<Attribute> kAll = [] {
    std::vector<Attribute> all(PeopleAttributes().begin(), PeopleAttributes().end());
    all.insert(all.end(), BusinessAttributes().begin(), BusinessAttributes().end());
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
