// The parts of the attribute table.
//
// Thread safety: constants.
#pragma once

#include <span>
#include <string_view>

#include "data/synth/attribute.h"

namespace tiqu::data::synth {

// An Attribute as it is written down: wordings stand in one string, "|" between them.
struct AttributeRow {
  std::string_view key;
  Family family;
  std::string_view titles;
  std::string_view clauses;
  std::string_view questions;
};

std::span<const AttributeRow> PeopleAttributes();
std::span<const AttributeRow> BusinessAttributes();

}  // namespace tiqu::data::synth
